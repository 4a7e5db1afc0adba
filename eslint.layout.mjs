/** Which room of lib/ may import from which: docs/decisions/0001-layout.md, as a rule. */
import tseslint from 'typescript-eslint';

/** Beside itself, and packages. What is in no list, such as runtime/ and test/, may be imported by none. */
const MAY_IMPORT = {
  kube: [],
  settings: ['kube/'],
  workload: ['kube/'],
  leader: ['kube/', 'workload/'],
  'systems/*': ['kube/', 'workload/', 'settings/', 'leader/'],
  gitops: ['kube/', '../imports/'],
  verify: ['kube/labels$'],
  synthesis: ['kube/', 'verify/'],
};

/** The rules and defaults of a construct are its own: others ask it, by `problems`. */
const OF_A_CONSTRUCT = {
  regex: '^(\\.\\./)+.*-(checks|members|group)$',
  message: "These files are a construct's own. Import the construct.",
};

/** It reads manifests, whoever made them, and runs where cdk8s is not installed. */
const OF_VERIFY = {
  regex: '^(cdk8s|constructs)',
  message: 'lib/verify knows manifests only.',
};

function beyond(room, allowed) {
  const root = room.includes('/') ? '\\.\\./' : '';
  const inside = allowed.map((place) => root + place.replaceAll('.', '\\.')).join('|');
  return {
    regex: `^\\.\\./${inside === '' ? '' : `(?!${inside})`}`,
    message: `lib/${room} may import from ${allowed.join(', ') || 'no other room'}.`,
  };
}

/** What is beside lib/: a cluster is asked without constructs, and nobody but a test imports a test. */
const BESIDE = {
  cluster: '^(\\.\\./)+(test|bench|config|lib/(?!leader/timing-rules$))',
  bench: '^(\\.\\./)+test/',
};

const beside = Object.entries(BESIDE).map(([folder, regex]) => ({
  files: [`${folder}/**/*.ts`],
  languageOptions: { parser: tseslint.parser },
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex, message: `${folder}/ does not import from there: docs/decisions/0001-layout.md.` },
        ],
      },
    ],
  },
}));

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  files: [`lib/${room}/**/*.ts`],
  languageOptions: { parser: tseslint.parser },
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [beyond(room, allowed), OF_A_CONSTRUCT, ...(room === 'verify' ? [OF_VERIFY] : [])] },
    ],
  },
}));

export default [...rooms, ...beside];
