/** High availability for stateful services on Kubernetes, as typed cdk8s constructs. */
export { App, type RenderedFile } from './synthesis/app';
export { SynthesisError } from './synthesis/synthesis-error';
export { SystemChart, type SystemChartProps } from './synthesis/system-chart';
export type { Finding, Severity } from './verify/finding';
export type { Waiver } from './verify/waivers';

// For constructs of one's own: docs/decisions/0010-compose-check-build.md.
export { namespaceOf, namespaceProblems } from './kube/namespace';
export {
  InvalidPropsError,
  type Path,
  type Problem,
  REDACTED,
  type Renames,
  type ReportedProblem,
  broken,
  inEach,
  inNamed,
  inProps,
  refuse,
  renamed,
  unless,
} from './kube/problems';

export { ArgoCdApplication, type ArgoCdApplicationProps } from './gitops/argocd-application';

export { Budget } from './workload/budget';
export { ConfigFiles, type ConfigFilesProps } from './workload/config-files';
export type { ContainerPort, ContainerProps, ResourceList, Resources } from './workload/container';
export { type Env, type EnvValue, fromField, fromSecret } from './workload/env';
export type { PodProps } from './workload/pod-props';
export {
  type ExecProbe,
  type GrpcProbe,
  type HttpProbe,
  Probe,
  type ProbeTiming,
  type Probes,
  type TcpProbe,
} from './workload/probe';
export { ContainerSecurity, type RestrictedOptions, type RootOptions } from './workload/security';
export type { ServicePort } from './workload/service';
export type { Spread, Strictness } from './workload/spread';
export {
  type EmptyDirOptions,
  type HostPathType,
  type Mount,
  PodVolume,
  type SecretVolumeOptions,
  type Volume,
} from './workload/volume';

export { DaemonSet } from './workload/daemon-set';
export type { DaemonSetProps } from './workload/daemon-set-props';
export { type AccessMode, ClaimTemplate, type ClaimTemplateProps } from './workload/claim-template';
export { StatefulStore } from './workload/stateful-store';
export type {
  ClaimRetention,
  ClientServiceProps,
  RollingUpdate,
  StatefulStoreProps,
} from './workload/stateful-store-props';

export { ApiOutage, type AskPeersInOutage, type AskPeersProps, type StopInOutage } from './leader/api-outage';
export { ElectionTiming, type ElectionTimingProps } from './leader/election-timing';
export { LeaderElectedService } from './leader/leader-elected-service';
export type {
  ElectionNames,
  EmbeddedElectionProps,
  IpFamily,
  LeaderElectedServiceProps,
  LeaderServiceProps,
  RuntimeElectionProps,
} from './leader/leader-elected-service-props';
export {
  type EndpointSliceRouting,
  type LabelRouting,
  LeaderRouting,
  type RoleLabel,
} from './leader/leader-routing';
export {
  AppCheck,
  type ColdStandbyProbes,
  type ColdStandbyProps,
  type ExecCheck,
  type HotStandbyProps,
  type HttpHook,
  type NetworkCheck,
  Standby,
  type StopSignal,
} from './leader/standby';

export { AscendNpu, type DevicePluginProps, type HostDevicesProps } from './systems/memcache/ascend-npu';
export { Hugepages } from './workload/hugepages';
export { LocalClientFleet } from './systems/memcache/local-client-fleet';
export type { LocalClientFleetProps, LocalTls } from './systems/memcache/local-client-fleet-props';
export type { LocalSettings } from './systems/memcache/local-settings';
export { LogTarget } from './systems/memcache/log-target';
export { MetaServiceHA } from './systems/memcache/meta-service-ha';
export type {
  MetaPorts,
  MetaServiceHAProps,
  MetaServicePorts,
  MetaTls,
} from './systems/memcache/meta-service-ha-props';
export type { MetaSettings } from './systems/memcache/meta-settings';
export type { MemCacheRelease } from './systems/memcache/releases';
export type { SharedTls, TlsSecret } from './systems/memcache/tls-secrets';
export { type HostRdmaProps, type RdmaResource, Transport } from './systems/memcache/transport';
