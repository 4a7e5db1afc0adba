/**
 * Holds an election's account to what an election does, where RBAC cannot: two ValidatingAdmissionPolicies of Kubernetes
 * 1.30 or newer, `.writes` for what it writes and `.routes` for where its slices lead.
 *
 * Guaranteed while they are bound, for every token of the account:
 * - It was made for a pod of the group, and speaks for this pod: it holds the Lease in its name, leads clients to it, and
 *   gives the leader's label to no other.
 * - Of leases, slices, pods and events it writes the group's own, and of pods the role label and the term only. It deletes
 *   none, uses no subresource, and adds no finalizer.
 * - It has others wait for the Lease for no longer than may be configured, but for one that it makes anew.
 * - A slice's address and ports are those that the API server knows of the pod it names.
 *
 * Not guaranteed: that a member takes the Lease only when its time has come, for policies have no clock; what the account
 * may do to other kinds, if somebody gives it another Role. Requests of others are not looked at.
 */
import { ApiObject, type ApiObjectProps, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { Wave } from '../kube/sync';
import {
  type GuardedElection,
  ROUTE_RULES,
  type Rule,
  WRITE_VARIABLES,
  isAccount,
  writeRules,
} from './admission-rules';

export interface AdmissionPolicyProps extends GuardedElection {
  readonly labels: Readonly<Record<string, string>>;
}

export class AdmissionPolicy extends Construct {
  constructor(scope: Construct, id: string, props: AdmissionPolicyProps) {
    super(scope, id);
    this.add(props, {
      about: 'writes',
      resourceRules: [
        ruleFor('coordination.k8s.io', 'leases'),
        ruleFor('discovery.k8s.io', 'endpointslices'),
        ruleFor('', 'pods', 'pods/*'),
        ruleFor('', 'events'),
      ],
      policy: { variables: WRITE_VARIABLES, validations: writeRules(props).map(forbidding) },
      binding: {},
    });
    if (props.routes === undefined) return;
    this.add(props, {
      about: 'routes',
      resourceRules: [{ ...ruleFor('discovery.k8s.io', 'endpointslices'), operations: ['CREATE', 'UPDATE'] }],
      policy: { paramKind: { apiVersion: 'v1', kind: 'Pod' }, validations: ROUTE_RULES.map(forbidding) },
      binding: { paramRef: everyPodOf(props) },
    });
  }

  /** They belong to no namespace, and are named by that of the group: neither name has a dot in it. */
  private add(props: AdmissionPolicyProps, { about, resourceRules, policy, binding }: Parts): void {
    const { namespace, group, labels } = props;
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const name = `${namespace}.${group}.${about}`;
    const metadata = { name, labels, annotations: { ...Wave.configuration } };
    this.addClusterObject(about, {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          objectSelector: {},
          resourceRules,
        },
        matchConditions: [{ name: 'account', expression: isAccount(props) }],
        ...policy,
      },
    });
    this.addClusterObject(`${about}-binding`, {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: ['Deny'], ...binding },
    });
  }

  /** Takes out the namespace that a chart gives to all its objects. */
  private addClusterObject(id: string, props: ApiObjectProps): void {
    new ApiObject(this, id, props).addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
}

interface Parts {
  readonly about: 'writes' | 'routes';
  readonly resourceRules: readonly object[];
  readonly policy: object;
  readonly binding: object;
}

/** By the label that the StatefulSet's controller gives to each. A writer's pod exists, so that one is found. */
function everyPodOf({ namespace, pods }: GuardedElection): object {
  const byName = { key: 'statefulset.kubernetes.io/pod-name', operator: 'In', values: pods };
  return { namespace, selector: { matchExpressions: [byName] }, parameterNotFoundAction: 'Deny' };
}

function ruleFor(apiGroup: string, ...resources: readonly string[]): object {
  return { apiGroups: [apiGroup], apiVersions: ['v1'], operations: ['*'], resources, scope: '*' };
}

/** With 403: another status tells the runtime that somebody else was faster. */
function forbidding(rule: Rule): object {
  return { ...rule, reason: 'Forbidden' };
}
