/**
 * Any application of which one instance may serve at a time: a group of pods, an election among them, and a Service that
 * leads to the leader. What the election guarantees: lib/leader/election-timing.ts.
 */
import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Wave } from '../kube/sync';
import { ConfigFiles } from '../workload/config-files';
import { RUNTIME_LABEL_ANNOTATION, appLabels } from '../kube/labels';
import { Checks } from '../kube/problems';
import { toServicePort } from '../workload/service';
import { StatefulStore, podNames, selectorOf } from '../workload/stateful-store';
import { usableName } from '../workload/stateful-store-checks';
import type { StatefulStoreProps } from '../workload/stateful-store-props';
import { namespaceOf } from '../synthesis/system-chart';
import { AdmissionPolicy } from './admission-policy';
import { ApiOutage } from './api-outage';
import { ElectionTiming } from './election-timing';
import { asWritten, checkLeaderElectedService, writtenOf } from './leader-elected-service-checks';
import {
  type ElectionNames,
  type EmbeddedElectionProps,
  type LeaderElectedServiceProps,
  type LeaderServiceProps,
  type RuntimeElectionProps,
  DEFAULT_ELECTOR_PORT,
  isEmbedded,
  roleOf,
  sliceName,
} from './leader-elected-service-props';
import { ELECTOR_RESOURCES, type SliceSettings, electorContainer, ensureLeaseContainer } from './elector';
import { gateFiles, gated, gatedProbes } from './gated-pods';
import { embeddedRules, runtimeRules } from './permissions';
import { TERM_ANNOTATION } from './term';

const RELEASE_TIME = Duration.seconds(5);

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
    const { leaderService, clusterDomain = 'cluster.local' } = props;
    const names = namesOf(props);
    this.leaseName = names.lease;
    this.leaderService = leaderService;
    this.leaderDnsName = `${leaderService.name}.${namespaceOf(this)}.svc.${clusterDomain}`;
    const checks = new Checks(this);
    checkLeaderElectedService(checks, props);
    this.members = checks.settle(() => {
      // Pods that start before their account exists are retried only seconds later: so it comes first.
      this.addPermissions(props, names);
      if (!isEmbedded(props) && props.admissionPolicy) this.addAdmissionPolicy(props, names);
      this.addLeaderService(props);
      return asWritten(writtenOf(props), () => this.addMembers(props, names));
    });
  }

  private addMembers(props: LeaderElectedServiceProps, names: Names): StatefulStore {
    const { stopTimeout = Duration.seconds(10) } = props;
    const { key, standby } = roleOf(props);
    const graceSeconds = stopTimeout.toSeconds() + RELEASE_TIME.toSeconds();
    return new StatefulStore(this, 'members', {
      ...props,
      terminationGracePeriod: props.terminationGracePeriod ?? Duration.seconds(graceSeconds),
      ...(isEmbedded(props) ? embedded(props, names) : this.elected(props, names)),
      podManagement: 'Parallel',
      serviceAccountName: names.serviceAccount,
      podLabels: { ...props.podLabels, [key]: standby },
    });
  }

  private elected(props: RuntimeElectionProps, names: Names): Partial<StatefulStoreProps> {
    const { election: timing = ElectionTiming.default, electorPort = DEFAULT_ELECTOR_PORT, standby } = props;
    const { apiOutage = ApiOutage.stop(), serviceName = props.name, clusterDomain = 'cluster.local' } = props;
    const settings = {
      leaseName: names.lease,
      timing,
      standby,
      slices: slicesOf(props, names),
      role: roleOf(props),
      peers: podNamesOf(props),
      port: electorPort,
      apiOutage,
      memberDomain: `${serviceName}.${namespaceOf(this)}.svc.${clusterDomain}`,
    };
    const elector = electorContainer(
      props.runtimeImage,
      settings,
      props.electorResources ?? ELECTOR_RESOURCES,
    );
    const common = {
      sidecars: [elector, ...(props.sidecars ?? [])],
      // A patch of the runtime names the token that it replaces.
      podAnnotations: { ...props.podAnnotations, [TERM_ANNOTATION]: '0' },
    };
    if (standby.kind === 'hot') return { ...common, probes: props.probes };
    const gate = new ConfigFiles(this, 'gate', {
      name: `${usableName(props.name)}-gate`,
      files: gateFiles(),
      labels: labelsOf(props),
    });
    return {
      ...common,
      ...gated(props, gate.volume, timing, standby),
      probes: gatedProbes(electorPort, standby),
    };
  }

  private addPermissions(props: LeaderElectedServiceProps, names: Names): void {
    const annotations = { ...Wave.configuration };
    const metadata = (name: string) => ({ name, labels: labelsOf(props), annotations });
    const objects = { lease: names.lease, slices: sliceNamesOf(props, names), pods: podNamesOf(props) };
    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(names.serviceAccount),
      automountServiceAccountToken: false,
    });
    new k8s.KubeRole(this, 'role', {
      metadata: metadata(names.role),
      rules: isEmbedded(props) ? embeddedRules(objects) : runtimeRules(objects),
    });
    new k8s.KubeRoleBinding(this, 'role-binding', {
      metadata: metadata(names.roleBinding),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.role },
      subjects: [{ kind: 'ServiceAccount', name: names.serviceAccount, namespace: namespaceOf(this) }],
    });
  }

  private addAdmissionPolicy(props: RuntimeElectionProps, names: Names): void {
    new AdmissionPolicy(this, 'admission-policy', {
      namespace: namespaceOf(this),
      group: props.name,
      labels: labelsOf(props),
      serviceAccount: names.serviceAccount,
      lease: names.lease,
      pods: podNamesOf(props),
      role: roleOf(props),
      routes: slicesOf(props, names),
    });
  }

  /** Without an endpoint, kube-proxy refuses connections at once; clients need not wait for a time-out. */
  private addLeaderService(props: LeaderElectedServiceProps): void {
    const { key, leader } = roleOf(props);
    const routed = routesByLabel(props);
    new k8s.KubeService(this, 'leader-service', {
      metadata: {
        name: props.leaderService.name,
        labels: labelsOf(props),
        annotations: { ...Wave.configuration, ...(routed && { [RUNTIME_LABEL_ANNOTATION]: key }) },
      },
      spec: {
        type: 'ClusterIP',
        ...familiesOf(props),
        ports: props.leaderService.ports.map(toServicePort),
        ...(routed && { selector: { ...selectorOf(props), [key]: leader } }),
      },
    });
  }
}

type Names = Required<ElectionNames>;

function namesOf({ name, leaderService, names = {} }: LeaderElectedServiceProps): Names {
  const { lease = name, slice = `${leaderService.name}-leader`, serviceAccount = name, role = name } = names;
  return { lease, slice, serviceAccount, role, roleBinding: names.roleBinding ?? name };
}

function labelsOf({
  name,
  application = name,
  component = name,
}: LeaderElectedServiceProps): Record<string, string> {
  return appLabels({ name: application, instance: name, component });
}

function podNamesOf({ name, replicas, firstOrdinal }: LeaderElectedServiceProps): string[] {
  return podNames(name, replicas, firstOrdinal);
}

function routesByLabel(props: LeaderElectedServiceProps): boolean {
  return isEmbedded(props) || props.routing?.kind === 'label';
}

function slicesOf(props: LeaderElectedServiceProps, names: Names): SliceSettings | undefined {
  if (routesByLabel(props)) return undefined;
  const { name: service, ports, ipFamilies } = props.leaderService;
  const slices = ipFamilies?.map((family, index) => ({
    name: sliceName(names.slice, family, index),
    family,
  }));
  return { service, slices: slices ?? [{ name: names.slice }], ports };
}

function sliceNamesOf(props: LeaderElectedServiceProps, names: Names): string[] {
  return slicesOf(props, names)?.slices.map(({ name }) => name) ?? [];
}

function familiesOf({ leaderService: { ipFamilies } }: LeaderElectedServiceProps): k8s.ServiceSpec {
  if (ipFamilies === undefined) return {};
  const ipFamilyPolicy = ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack';
  return { ipFamilies: [...ipFamilies], ipFamilyPolicy };
}

/** The image's own election needs the account's credentials, and a Lease to read. */
function embedded(props: EmbeddedElectionProps, names: Names): Partial<StatefulStoreProps> {
  const lease = ensureLeaseContainer(
    props.runtimeImage,
    names.lease,
    props.leaseDuration ?? Duration.seconds(10),
  );
  return { automountServiceAccountToken: true, initContainers: [lease, ...(props.initContainers ?? [])] };
}
