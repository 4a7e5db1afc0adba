/** Environment variables: plain values, references, and the rule that a secret is never a plain value. */
import { k8s } from 'cdk8s-plus-27';
import { type Problem, REDACTED, inEach, unless } from '../kube/problems';

/** A plain value, or where Kubernetes takes it from when the container starts. */
export type EnvValue = string | k8s.EnvVarSource;

/** Environment variables by name, in the order in which they are to appear. */
export type Env = Readonly<Record<string, EnvValue>>;

/** The value of a key of an existing Secret. */
export function fromSecret(secretName: string, key: string): k8s.EnvVarSource {
  return { secretKeyRef: { name: secretName, key } };
}

/** A field of the pod, such as `status.podIP`. */
export function fromField(fieldPath: string): k8s.EnvVarSource {
  return { fieldRef: { fieldPath } };
}

export function toEnvVars(env: Env): k8s.EnvVar[] {
  return Object.entries(env).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, valueFrom: value },
  );
}

const NAME = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/;

/**
 * Words that make a variable's value a secret, as do all that end with PASSWORD, unless the name's last word says that
 * it only points to one.
 */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'PASSWD',
  'PASSPHRASE',
  'PASS',
  'PWD',
  'SECRET',
  'TOKEN',
  'CREDENTIAL',
  'CREDENTIALS',
]);
const POINTER_WORDS: ReadonlySet<string> = new Set([
  'FILE',
  'PATH',
  'DIR',
  'NAME',
  'URL',
  'TTL',
  'EXPIRY',
  'LENGTH',
]);

/** What a switch is set to, as in `ALLOW_EMPTY_PASSWORD=yes`. */
const NO_SECRET = /^(|true|false|yes|no|on|off|0|1)$/i;

const SECRET_PAIRS = /(^|_)(API|ACCESS|PRIVATE|ENCRYPTION|SIGNING)_?KEY($|_(?!ID))/;

/** Not if `$(VARIABLE)` stands for the password. The user may be empty, as in Redis URLs. */
const PASSWORD_IN_URL = /:\/\/[^/\s:@]*:(?!\$\([^)]*\)@)[^/\s@]+@/;

/** Problems of environment variables: bad names, and secrets written down in the manifest. */
export function envProblems(env: Env): Problem[] {
  return inEach(env, (value, name) => [...nameProblems(name), ...secretProblems(name, value)]);
}

function nameProblems(name: string): Problem[] {
  return unless(
    NAME.test(name),
    name,
    "a variable's name has letters, digits, '_', '-' and '.', and does not begin with a digit",
    'rename it',
  );
}

function secretProblems(name: string, value: EnvValue): Problem[] {
  if (typeof value !== 'string' || NO_SECRET.test(value)) return [];
  return unless(
    !namesSecret(name) && !PASSWORD_IN_URL.test(value),
    REDACTED,
    'a secret is never a plain value: manifests are committed and shown',
    "put it into a Secret and refer to it: fromSecret('SECRET', 'KEY')",
  );
}

function namesSecret(name: string): boolean {
  const upper = name.toUpperCase().replace(/[.-]/g, '_');
  const words = upper.split('_');
  if (POINTER_WORDS.has(words[words.length - 1] ?? '')) return false;
  return (
    words.some((word) => SECRET_WORDS.has(word) || word.endsWith('PASSWORD')) || SECRET_PAIRS.test(upper)
  );
}
