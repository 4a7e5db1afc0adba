/** Which room of lib/ may import from which: docs/decisions/0001-layout.md, as a rule. */
import tseslint from 'typescript-eslint';

/**
 * What each room may import beside itself and packages; what is in no list, such as runtime/ and test/, nobody may. `out`
 * is where a path leaves the room.
 */
const ROOMS = [
  { room: 'lib/kube', out: '../', may: [] },
  { room: 'lib/settings', out: '../', may: ['kube/'] },
  { room: 'lib/workload', out: '../', may: ['kube/'] },
  { room: 'lib/leader', out: '../', may: ['kube/', 'workload/'] },
  { room: 'lib/systems/*', out: '../', may: ['../kube/', '../workload/', '../settings/', '../leader/'] },
  { room: 'lib/gitops', out: '../', may: ['kube/', '../imports/'] },
  { room: 'lib/verify', out: '../', may: ['kube/labels$'] },
  { room: 'lib/verify/rules', out: '../../', may: ['kube/labels$'] },
  { room: 'lib/synthesis', out: '../', may: ['kube/', 'verify/'] },
];

/** The rules and defaults of a construct are its own: others ask it, by `problems`. */
const OF_A_CONSTRUCT = {
  regex: '^(\\.\\./)+.*-(checks|members|group)$',
  message: "These files are a construct's own. Import the construct.",
};

/** Ways around the table. */
const AROUND = {
  regex: '^\\.\\.?$|^\\./\\.\\.|[^./]/\\.\\./|^cdk8s-ha',
  message: 'Name the file that is meant, by the shortest path.',
};
const UNSEEN = ['ImportExpression', 'TSImportType', "CallExpression[callee.name='require']"].map(
  (selector) => ({
    selector,
    message: 'The rooms are kept apart by what they import at their heads.',
  }),
);

/** It reads manifests, whoever made them, and runs where cdk8s is not installed. */
const OF_VERIFY = {
  regex: '^(cdk8s|constructs)',
  message: 'lib/verify knows manifests only.',
};

function escaped(path) {
  return path.replaceAll('.', '\\.');
}

function beyond({ room, out, may }) {
  return {
    regex: `^${escaped(out)}(?!${may.map(escaped).join('|') || '$^'})`,
    message: `${room} may import from ${may.join(', ') || 'no other room'}.`,
  };
}

/** What constructs and runtime must agree on, and nothing else of lib/. */
const SHARED_WITH_RUNTIME = 'timing-rules|lease-annotations|slice-labels|term';

/** What is beside lib/: a cluster is asked without constructs, and nobody but a test imports a test. */
const BESIDE = {
  cluster: '^(\\.\\./)+(test|bench|config|lib(?!/leader/timing-rules$))',
  bench: '^(\\.\\./)+test/',
  runtime: `^(\\.\\./)+(test|bench|config|cluster|lib(?!/leader/(${SHARED_WITH_RUNTIME})$))`,
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

const rooms = ROOMS.map((room) => ({
  files: [`${room.room}/*.ts`],
  languageOptions: { parser: tseslint.parser },
  rules: {
    'no-restricted-syntax': ['error', ...UNSEEN],
    'no-restricted-imports': ['error', { patterns: patternsOf(room) }],
  },
}));

function patternsOf(room) {
  const everywhere = [beyond(room), AROUND, OF_A_CONSTRUCT];
  return room.room.startsWith('lib/verify') ? [...everywhere, OF_VERIFY] : everywhere;
}

export default [...rooms, ...beside];
