/**
 * Any application of which one instance may serve at a time: a group of pods, an election among them, and a Service that
 * leads to the leader. What the election guarantees: lib/leader/election-timing.ts.
 */
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { RUNTIME_LABEL_ANNOTATION, appLabels } from '../kube/labels';
import { namespaceOf } from '../kube/namespace';
import { type Problem, refuse } from '../kube/problems';
import { Wave } from '../kube/sync';
import { toServicePort } from '../workload/service';
import { StatefulStore } from '../workload/stateful-store';
import { AdmissionPolicy } from './admission-policy';
import { groupProblems } from './leader-elected-service-checks';
import { memberProps } from './leader-elected-service-members';
import type { LeaderElectedServiceProps, LeaderServiceProps } from './leader-elected-service-props';
import {
  type Elected,
  type Group,
  isEmbedded,
  leaderDnsNameOf,
  membersOf,
  resolveGroup,
  slicesOf,
} from './leader-elected-service-resolved';
import { embeddedRules, runtimeRules } from './permissions';

/**
 * ```ts
 * const http = { name: 'http', port: 8080 };
 * new LeaderElectedService(chart, 'scheduler', {
 *   name: 'scheduler', image: 'registry.example/scheduler:2.1.0', command: ['/scheduler'], ports: [http],
 *   replicas: 2, runtimeImage: 'registry.example/cdk8s-ha-runtime:0.1.0',
 *   standby: Standby.cold({ check: AppCheck.http(http, '/health') }),
 *   leaderService: { name: 'scheduler-leader', ports: [{ name: 'http', port: 80, target: http }] },
 * });
 * ```
 */
export class LeaderElectedService extends Construct {
  /** All that is wrong with a group of these props in this namespace, for what is composed of one. */
  static problems(props: LeaderElectedServiceProps, namespace: string): Problem[] {
    const group = resolveGroup(props, namespace);
    return groupProblems(group, memberProps(group));
  }

  /** The pods, with their names and DNS names. */
  readonly members: StatefulStore;

  /** Name of the Lease that the members compete for. */
  readonly leaseName: string;

  /** The Service that leads to the leader. */
  readonly leaderService: LeaderServiceProps;

  /** DNS name of that Service. */
  readonly leaderDnsName: string;

  constructor(scope: Construct, id: string, props: LeaderElectedServiceProps) {
    super(scope, id);
    const group = resolveGroup(props, namespaceOf(this));
    const members = memberProps(group);
    refuse(this, groupProblems(group, members));
    this.leaseName = group.names.lease;
    this.leaderService = group.leaderService;
    this.leaderDnsName = leaderDnsNameOf(group);
    // Pods that start before their account exists are retried only seconds later: so it comes first.
    this.addPermissions(group);
    if (!isEmbedded(group) && group.admissionPolicy) this.addAdmissionPolicy(group);
    this.addLeaderService(group);
    this.members = new StatefulStore(this, 'members', members);
  }

  private addPermissions(group: Group): void {
    const { names, namespace } = group;
    const annotations = { ...Wave.configuration };
    const metadata = (name: string) => ({ name, labels: labelsOf(group), annotations });
    const slices = slicesOf(group).map(({ name }) => name);
    const objects = { lease: names.lease, slices, pods: membersOf(group) };
    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(names.serviceAccount),
      automountServiceAccountToken: false,
    });
    new k8s.KubeRole(this, 'role', {
      metadata: metadata(names.role),
      rules: isEmbedded(group) ? embeddedRules(objects) : runtimeRules(objects),
    });
    new k8s.KubeRoleBinding(this, 'role-binding', {
      metadata: metadata(names.roleBinding),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.role },
      subjects: [{ kind: 'ServiceAccount', name: names.serviceAccount, namespace }],
    });
  }

  private addAdmissionPolicy(group: Elected): void {
    const { names, namespace, name, role, leaderService } = group;
    const slices = slicesOf(group);
    new AdmissionPolicy(this, 'admission-policy', {
      namespace,
      group: name,
      labels: labelsOf(group),
      serviceAccount: names.serviceAccount,
      lease: names.lease,
      pods: membersOf(group),
      role,
      routes: slices.length === 0 ? undefined : { service: leaderService.name, slices },
    });
  }

  /** Without an endpoint, kube-proxy refuses connections at once; clients need not wait for a time-out. */
  private addLeaderService(group: Group): void {
    const { role, store, routing } = group;
    const byLabel = routing.kind === 'label';
    new k8s.KubeService(this, 'leader-service', {
      metadata: {
        name: group.leaderService.name,
        labels: labelsOf(group),
        annotations: { ...Wave.configuration, ...(byLabel && { [RUNTIME_LABEL_ANNOTATION]: role.key }) },
      },
      spec: {
        type: 'ClusterIP',
        ...familiesOf(group),
        ports: group.leaderService.ports.map(toServicePort),
        ...(byLabel && { selector: { ...store.selector, [role.key]: role.leader } }),
      },
    });
  }
}

function labelsOf({ store: { application, name, component } }: Group): Record<string, string> {
  return appLabels({ name: application, instance: name, component });
}

function familiesOf({ leaderService: { ipFamilies } }: Group): k8s.ServiceSpec {
  if (ipFamilies === undefined) return {};
  const ipFamilyPolicy = ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack';
  return { ipFamilies: [...ipFamilies], ipFamilyPolicy };
}
