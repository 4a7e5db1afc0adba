/** The names that Kubernetes accepts, and what to call a thing instead. */
import { type Problem, unless } from './problems';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]([a-z0-9]|-(?!-))*$/;

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const LONGEST_LABEL = 63;
export const LONGEST_SUBDOMAIN = 253;
const LONGEST_PORT_NAME = 15;

/**
 * The StatefulSet controller labels each pod with `NAME-HASH`, the hash having up to ten characters; a label value has
 * at most 63.
 */
const LONGEST_STATEFUL_SET = LONGEST_LABEL - 1 - 10;

/** Problems of an RFC 1123 label, as namespaces, containers and volumes need. */
export function labelProblems(name: string): Problem[] {
  return problemsOf(name, 'a DNS label', LABEL, LONGEST_LABEL);
}

/** Problems of an RFC 1035 label, as Services need: it starts with a letter. */
export function serviceNameProblems(name: string): Problem[] {
  return problemsOf(name, 'a DNS label that starts with a letter', SERVICE_LABEL, LONGEST_LABEL);
}

/** Problems of a StatefulSet's name, whose pods are called `NAME-0` to `NAME-(replicas - 1)`. */
export function statefulSetNameProblems(name: string, replicas: number): Problem[] {
  const ordinal = `-${Math.max(replicas - 1, 0)}`;
  const longest = Math.min(LONGEST_STATEFUL_SET, LONGEST_LABEL - ordinal.length);
  return problemsOf(
    name,
    `a DNS label with room for the pod's '${ordinal}' and the revision's hash`,
    LABEL,
    longest,
  );
}

/**
 * Problems of an RFC 1123 subdomain, as ConfigMaps, Leases, Roles and most other objects need.
 * @param longest fewer characters than Kubernetes allows, where something will be appended
 */
export function subdomainProblems(name: string, longest = LONGEST_SUBDOMAIN): Problem[] {
  const suggestion = name
    .split('.')
    .map((label) => suggestLabel(label, LONGEST_LABEL))
    .join('.')
    .slice(0, longest)
    .replace(/[.-]+$/, '');
  return unless(
    name.length <= longest && name.split('.').every((label) => LABEL.test(label)),
    name,
    `a name is DNS labels joined by dots, at most ${longest} characters`,
    `call it for example '${suggestion}'`,
  );
}

/** Problems of a label's value. */
export function labelValueProblems(value: string): Problem[] {
  return unless(
    value.length <= LONGEST_LABEL && LABEL_VALUE.test(value),
    value,
    `this becomes the value of a label: 1 to ${LONGEST_LABEL} letters and digits, inside also '-', '_' and '.'`,
    `call it for example '${suggestLabel(value, LONGEST_LABEL)}'`,
  );
}

/** Problems of a port's name: 1 to 15 of a–z, 0–9 and single dashes inside, with at least one letter. */
export function portNameProblems(name: string): Problem[] {
  return unless(
    name.length <= LONGEST_PORT_NAME && PORT_NAME.test(name) && !name.endsWith('-'),
    name,
    `a port's name has at most ${LONGEST_PORT_NAME} of a-z, 0-9 and single dashes inside, one of them a letter`,
    "shorten it, for example to 'metrics'",
  );
}

/** The nearest valid label: a property test holds it to that. */
export function suggestLabel(name: string, longest: number): string {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');
  return cleaned === '' ? 'app' : cleaned;
}

function problemsOf(name: string, what: string, pattern: RegExp, longest: number): Problem[] {
  return unless(
    name.length <= longest && pattern.test(name),
    name,
    `this must be ${what}, 1 to ${longest} of a-z, 0-9 and '-'; it has ${name.length} characters`,
    `call it for example '${suggestLabel(name, longest)}'`,
  );
}
