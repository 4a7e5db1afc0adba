/** What an election's account may write, in CEL: the rules of its admission policies (admission-policy.ts). */
import type { IpFamily } from './leader-elected-service-props';
import type { RoleLabel } from './leader-routing';
import { COUNTED, FAILSAFE_LONGEST } from './lease-annotations';
import { sliceLabels } from './slice-labels';
import { TERM_ANNOTATION } from './term';
import { LONGEST_WAIT_MS } from './timing-rules';

export interface GuardedElection {
  readonly namespace: string;

  /** The StatefulSet's name. */
  readonly group: string;
  readonly serviceAccount: string;
  readonly lease: string;

  /** Names of the group's pods. */
  readonly pods: readonly string[];
  readonly role: Required<RoleLabel>;

  /** Undefined with label routing. */
  readonly routes?: {
    readonly service: string;
    readonly slices: readonly { readonly name: string; readonly family?: IpFamily }[];
  };
}

export interface Rule {
  /** CEL that holds for what is allowed. */
  readonly expression: string;

  /** What is told of the rest. */
  readonly message: string;
}

/** Requests of the account, for whatever token. */
export function isAccount({ namespace, serviceAccount }: GuardedElection): string {
  return `request.userInfo.username == ${quoted(`system:serviceaccount:${namespace}:${serviceAccount}`)}`;
}

/** What the rules of `writeRules` share. `dyn`: each meets one kind, and would be checked against all of them. */
export const WRITE_VARIABLES = [
  { name: 'resource', expression: 'request.resource.resource' },
  { name: 'pod', expression: tokenSays('pod-name') },
  { name: 'uid', expression: tokenSays('pod-uid') },
  { name: 'after', expression: 'dyn(object)' },
  { name: 'before', expression: 'dyn(oldObject)' },
  { name: 'labels', expression: 'variables.after.metadata.?labels.orValue({})' },
  { name: 'owners', expression: 'variables.after.metadata.?ownerReferences.orValue([])' },
  { name: 'finalizers', expression: 'variables.after.metadata.?finalizers.orValue([])' },
] as const;

const OPERATIONS = {
  leases: ['CREATE', 'UPDATE'],
  endpointslices: ['CREATE', 'UPDATE'],
  pods: ['UPDATE'],
  events: ['CREATE'],
} as const;

type Resource = keyof typeof OPERATIONS;

export function writeRules({ group, pods, lease, role, routes }: GuardedElection): Rule[] {
  return [
    {
      expression: `variables.pod in ${quoted(pods)}`,
      message: `the token was not made for a pod of ${group}`,
    },
    {
      expression: `request.?subResource.orValue("") == "" && request.operation in ${quoted(OPERATIONS)}[variables.resource]`,
      message: 'an election only writes, and no subresource',
    },
    {
      expression: `variables.finalizers.all(f, ${wasAmong('finalizers', 'f')})`,
      message: 'an election adds no finalizer',
    },
    {
      expression: `variables.resource == "endpointslices" || variables.owners.all(o, ${wasAmong('ownerReferences', 'o')})`,
      message: 'an election gives what it writes no owner',
    },
    of('leases', `variables.after.metadata.name == ${quoted(lease)}`, `the Lease of ${group} is ${lease}`),
    of(
      'leases',
      'variables.after.?spec.?holderIdentity.orValue("") in ["", variables.pod + "_" + variables.uid]',
      'a member holds the Lease in its own name',
    ),
    ...WAIT_RULES,
    ...sliceRules(group, routes),
    ...podRules(pods, role),
    of('events', isOwnPod('variables.after.?involvedObject'), "a member's Events are about its own pod"),
  ];
}

const LONGEST_WAIT = LONGEST_WAIT_MS / 1000;

/**
 * For how long others leave the Lease alone. Somebody else may have set more, which a member's other writes leave as
 * it is; a Lease made anew lasts as long as the one before had to be waited for.
 */
const WAIT_RULES: readonly Rule[] = [
  of(
    'leases',
    `oldObject == null || variables.after.?spec.?leaseDurationSeconds.orValue(0) <= ${LONGEST_WAIT} || ` +
      'variables.after.?spec.?leaseDurationSeconds == variables.before.?spec.?leaseDurationSeconds',
    `a member sets leaseDurationSeconds to at most ${LONGEST_WAIT}`,
  ),
  of(
    'leases',
    `${quoted([COUNTED, FAILSAFE_LONGEST])}.all(key, ${isShort('variables.after.metadata.?annotations[?key].orValue("0")')} || ` +
      'oldObject != null && ' +
      'variables.after.metadata.?annotations[?key] == variables.before.metadata.?annotations[?key])',
    `a member sets ${COUNTED} and ${FAILSAFE_LONGEST} to at most ${LONGEST_WAIT}`,
  ),
];

/** @param seconds as text */
function isShort(seconds: string): string {
  return `${seconds}.matches("^[0-9]{1,9}$") && int(${seconds}) <= ${LONGEST_WAIT}`;
}

function sliceRules(group: string, routes: GuardedElection['routes']): Rule[] {
  if (routes === undefined) return [of('endpointslices', 'false', `${group} has no EndpointSlice`)];
  const { service, slices } = routes;
  const labels = sliceLabels(service);
  const families = Object.fromEntries(
    slices.map(({ name, family }) => [name, family === undefined ? ['IPv4', 'IPv6'] : [family]]),
  );
  return [
    of(
      'endpointslices',
      `variables.after.addressType in ${quoted(families)}[?variables.after.metadata.name].orValue([])`,
      `the EndpointSlices of ${group} are ${describe(families)}`,
    ),
    of(
      'endpointslices',
      `variables.labels == ${quoted(labels)}`,
      `the labels of a slice of ${group} are ${quoted(labels)}`,
    ),
    of(
      'endpointslices',
      'size(variables.after.endpoints) <= 1 && ' +
        `variables.after.endpoints.all(e, size(e.addresses) == 1 && ${isOwnPod('e.?targetRef')})`,
      'a member leads clients to its own pod, by one address',
    ),
    of(
      'endpointslices',
      'variables.owners.all(o, o.apiVersion == "v1" && o.kind == "Pod" && o.uid == variables.uid)',
      'a slice belongs to the pod of the member that writes it',
    ),
  ];
}

function podRules(pods: readonly string[], { key, leader, standby }: Required<RoleLabel>): Rule[] {
  const before = 'variables.before.metadata';
  const after = 'variables.after.metadata';
  const role = `variables.labels[?${quoted(key)}].orValue("")`;
  const kept = ['finalizers', 'generateName', 'ownerReferences'];
  return [
    of('pods', `${after}.name in ${quoted(pods)}`, `the pods of the group are ${pods.join(', ')}`),
    of(
      'pods',
      `${role} == ${quoted(standby)} || (${role} == ${quoted(leader)} && ${after}.uid == variables.uid)`,
      `the label ${key} is ${standby}, or ${leader} on the pod of the member that writes it`,
    ),
    of(
      'pods',
      [
        'variables.after.spec == variables.before.spec',
        ...kept.map((field) => `${after}.?${field} == ${before}.?${field}`),
        ...sameBut(key, `${before}.?labels.orValue({})`, `${after}.?labels.orValue({})`),
        ...sameBut(
          TERM_ANNOTATION,
          `${before}.?annotations.orValue({})`,
          `${after}.?annotations.orValue({})`,
        ),
      ].join(' && '),
      `of a pod an election writes the label ${key} and the annotation ${TERM_ANNOTATION} only`,
    ),
  ];
}

/** For each pod of the group in turn: what leads to it is its own. What serves is no init container. */
export const ROUTE_RULES: readonly Rule[] = [
  {
    expression: leadingToPod(
      'e.addresses.all(address, params.status.podIPs.exists(known, known.ip == address))',
    ),
    message: "the endpoint's address is not the pod's",
  },
  {
    expression: leadingToPod(
      'object.ports.all(port, params.spec.containers.exists(c, has(c.ports) && ' +
        'c.ports.exists(known, known.containerPort == port.port && known.protocol == port.protocol)))',
    ),
    message: "the endpoint's port is none of the pod's containers",
  },
];

function leadingToPod(holds: string): string {
  return `object.endpoints.all(e, e.?targetRef.?uid.orValue("") != params.metadata.uid || ${holds})`;
}

/** The API server knows for which pod it has made a token. */
function tokenSays(what: 'pod-name' | 'pod-uid'): string {
  return `request.userInfo.?extra[?"authentication.kubernetes.io/${what}"][?0].orValue("")`;
}

/** What is asked of one kind only. */
function of(resource: Resource, expression: string, message: string): Rule {
  return { expression: `variables.resource != ${quoted(resource)} || (${expression})`, message };
}

function wasAmong(field: 'finalizers' | 'ownerReferences', item: string): string {
  return `oldObject != null && ${item} in variables.before.metadata.?${field}.orValue([])`;
}

/** @param reference optional */
function isOwnPod(reference: string): string {
  return [
    `${reference}.?kind.orValue("") == "Pod"`,
    `${reference}.?name.orValue("") == variables.pod`,
    `${reference}.?uid.orValue("") == variables.uid`,
  ].join(' && ');
}

/** Two maps have the same values but for one key. */
function sameBut(key: string, before: string, after: string): string[] {
  return [
    `${before}.all(k, k == ${quoted(key)} || k in ${after})`,
    `${after}.all(k, k == ${quoted(key)} || (k in ${before} && ${after}[k] == ${before}[k]))`,
  ];
}

function describe(families: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(families)
    .map(([name, types]) => `${name} (${types.join(' or ')})`)
    .join(' and ');
}

/** JSON's texts, lists and objects mean the same in CEL, so that no name can leave its quotes. */
function quoted(
  value: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>,
): string {
  return JSON.stringify(value);
}
