/** MemCache's MetaService with standbys: one member serves, and clients reach it at one address. */
import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import type { ContainerPort } from '../../workload/container';
import { type Env, fromField } from '../../workload/env';
import { imageProblems } from '../../kube/image';
import { appLabels } from '../../kube/labels';
import { Checks, type Problem } from '../../kube/problems';
import { Probe, type Probes } from '../../workload/probe';
import { ContainerSecurity } from '../../workload/security';
import { PodVolume } from '../../workload/volume';
import { LeaderElectedService } from '../../leader/leader-elected-service';
import { asWritten } from '../../leader/leader-elected-service-checks';
import type { LeaderElectedServiceProps } from '../../leader/leader-elected-service-props';
import { AppCheck, Standby } from '../../leader/standby';
import { usableName } from '../../workload/stateful-store-checks';
import { renderConfigFile } from '../../settings/config-file';
import { LOG_FOLDER, LogTarget } from './log-target';
import type { MetaPorts, MetaServiceHAProps } from './meta-service-ha-props';
import { type MetaSettings, metaConfigLines, metaSettingsProblems } from './meta-settings';
import { LEADER_MODULE } from './leader-module';
import { OPENSSL_MOUNT, OPENSSL_SCRIPTS, opensslContainer } from './openssl';
import { LIBRARY_PATH, MemcacheFiles, PROGRAM_PATH, TOKENS } from './program';
import { type MemCacheRelease, NEWEST, RELEASES, releaseProblems } from './releases';
import { atSecrets, secretsOf, tlsFiles, tlsGroup, tlsMounts, tlsProblems } from './tls-secrets';

const PROGRAM = 'mmc_meta_service';
const CONFIG_FILE = 'mmc-meta.conf';
const LEAST_PORT = 1025;

/**
 * After SIGTERM the program takes seconds to end, in which it answers some calls and leaves others hanging. It keeps
 * nothing on disk that a longer end would save.
 */
const STOP_SIGNAL = 'SIGKILL';

/** Enough for the metadata of some ten million blocks; the program grows with what the clients register. */
const DEFAULT_RESOURCES = { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } } as const;

/**
 * ```ts
 * const memcache = new SystemChart(app, 'memcache', { namespace: 'ns-memcache' });
 * const meta = new MetaServiceHA(memcache, 'meta', {
 *   image: 'registry.example/memcache:1.0.0',
 *   runtimeImage: 'registry.example/cdk8s-ha-runtime:0.1.0',
 * });
 * ```
 */
export class MetaServiceHA extends Construct {
  /** Pods, election and Service. */
  readonly group: LeaderElectedService;

  /** Release of MemCache, which the clients run too. */
  readonly release: MemCacheRelease;

  /** Connections that use TLS, which the clients must use too. */
  readonly tls: Readonly<Record<'meta' | 'configStore', boolean>>;

  /** Whether evicted entries move to SSD, which the clients must be told too. */
  readonly ubsIo: boolean;

  /** Port of the Service that leads to the master. */
  readonly metaPort: number;

  /** Port of the Service that leads to the master's configuration store. */
  readonly configPort: number;

  constructor(scope: Construct, id: string, props: MetaServiceHAProps) {
    super(scope, id);
    const { meta, config } = servicePortsOf(props);
    this.metaPort = meta;
    this.configPort = config;
    this.release = props.release ?? NEWEST;
    this.tls = { meta: props.tls?.meta !== undefined, configStore: props.tls?.configStore !== undefined };
    this.ubsIo = props.settings?.ubsIo ?? false;
    const checks = new Checks(this);
    check(checks, props);
    this.group = checks.settle(() =>
      asWritten(renamed, () => new LeaderElectedService(this, 'group', this.groupProps(props))),
    );
  }

  /** Namespace of the pods; clients live in the same. */
  get namespace(): string {
    return this.group.members.namespace;
  }

  /** DNS name of the Service that leads to the master. */
  get dnsName(): string {
    return this.group.leaderDnsName;
  }

  private groupProps(props: MetaServiceHAProps): LeaderElectedServiceProps {
    const { name = 'meta-service-pod', serviceName = 'meta-service', logs = LogTarget.stdout() } = props;
    const ports = portsOf(props);
    const secrets = secretsOf(props.tls);
    const secured = tlsGroup(secrets) !== undefined;
    const security = props.security ?? ContainerSecurity.restricted();
    const helper = { image: props.image, imagePullPolicy: props.imagePullPolicy, security };
    const files = new MemcacheFiles(this, 'files', {
      name: `${usableName(serviceName)}-config`,
      labels: appLabels({ name: 'memcache', instance: name, component: 'meta-service' }),
      configFile: CONFIG_FILE,
      template: templateOf(props, ports),
      scripts: {
        ...logs.files,
        ...(isTold(props) && LEADER_MODULE.files),
        ...(secured && OPENSSL_SCRIPTS),
      },
    });
    const command = props.command ?? [PROGRAM];
    const common = {
      ...props,
      name,
      serviceName,
      containerName: 'meta-service',
      application: 'memcache',
      component: 'meta-service',
      selector: props.selector ?? { app: 'meta-service' },
      names: namesOf(props),
      replicas: props.replicas ?? 2,
      leaderService: {
        name: props.leaderServiceName ?? 'service-cluster-ip-memcache',
        ports: [
          { name: 'meta', port: this.metaPort, target: ports.meta },
          { name: 'config', port: this.configPort, target: ports.config },
        ],
      },
      ports: Object.values(ports),
      command: props.npu ? files.withAscend(command) : command,
      env: {
        ...envOf(files.configPath),
        ...logs.env,
        ...props.npu?.env,
        ...((props.election === 'embedded' || isTold(props)) && electionEnv(namesOf(props).lease)),
        ...(isTold(props) && LEADER_MODULE.env),
        ...props.env,
      },
      resources: withNpu(props),
      security,
      fsGroup: props.fsGroup ?? tlsGroup(secrets),
      initContainers: [
        files.renderContainer(helper, {}),
        ...(secured ? [opensslContainer(helper, files, props.tls?.openssl)] : []),
      ],
      sidecars: logs.sidecars(helper, files.scripts),
      mounts: [
        files.config,
        files.scripts,
        { volume: PodVolume.emptyDir('tmp'), path: '/tmp' },
        logs.mount,
        ...tlsMounts(secrets),
        ...(secured ? [OPENSSL_MOUNT] : []),
        ...(props.npu?.mounts ?? []),
      ],
    };
    if (props.election === 'embedded') {
      return {
        ...common,
        election: 'embedded',
        routing: props.routing,
        probes: embeddedProbes(ports.metrics, RELEASES[this.release].answersKubelet && !props.tls?.metrics),
      };
    }
    const { election, routing, probes, startTimeout = Duration.seconds(120) } = props;
    const { stopTimeout = Duration.seconds(1) } = props;
    const check = props.tls?.metrics ? AppCheck.tcp(ports.metrics) : AppCheck.http(ports.metrics, '/health');
    const standby = Standby.cold({ check, startTimeout, probes, stopSignal: STOP_SIGNAL });
    return { ...common, election, routing, stopTimeout, standby, probes: undefined };
  }
}

interface Ports {
  readonly meta: ContainerPort;
  readonly config: ContainerPort;
  readonly metrics: ContainerPort;
}

function portsOf({ ports = {} }: MetaServiceHAProps): Ports {
  const { meta = 5123, config = 6123, metrics = 8000 }: MetaPorts = ports;
  return {
    meta: { name: 'meta', port: meta },
    config: { name: 'config', port: config },
    metrics: { name: 'metrics', port: metrics },
  };
}

function servicePortsOf({ servicePorts = {} }: MetaServiceHAProps) {
  const { meta = 18080, config = 18090 } = servicePorts;
  return { meta, config };
}

function namesOf({ names = {} }: MetaServiceHAProps) {
  const {
    lease = 'lease-memcache',
    slice,
    serviceAccount = 'account-memcache',
    role = 'role-memcache',
    roleBinding = 'role-binding-memcache',
  } = names;
  return { lease, slice, serviceAccount, role, roleBinding };
}

function templateOf(props: MetaServiceHAProps, ports: Ports): string {
  const url = (scheme: string, { port }: ContainerPort) => `${scheme}://${TOKENS.podIp}:${port}`;
  const lines = metaConfigLines(settingsOf(props), {
    metaServiceUrl: url('tcp', ports.meta),
    configStoreUrl: url('tcp', ports.config),
    metricsUrl: url(props.tls?.metrics ? 'https' : 'http', ports.metrics),
    haEnable: props.election === 'embedded' || isTold(props),
    logPath: LOG_FOLDER,
  });
  return renderConfigFile(lines);
}

function settingsOf({ settings, tls }: MetaServiceHAProps): MetaSettings {
  return {
    ...settings,
    tls: tlsFiles('meta', tls?.meta),
    configStoreTls: tlsFiles('configStore', tls?.configStore),
    metricsTls: tlsFiles('metrics', tls?.metrics),
  };
}

function envOf(configPath: string): Env {
  return { MMC_META_CONFIG_PATH: configPath, LD_LIBRARY_PATH: LIBRARY_PATH, PATH: PROGRAM_PATH };
}

/**
 * Whether the program's own election is on, for the sake of the clients' copies, and told by our module that it leads.
 * Otherwise the program must hold no election beside the runtime's.
 */
function isTold({ election, release = NEWEST }: MetaServiceHAProps): boolean {
  const isKnown = releaseProblems(release).length === 0;
  return isKnown && election !== 'embedded' && RELEASES[release].keepsCopies === 'with leader module';
}

/** What MemCache's own election reads. */
function electionEnv(lease: string): Env {
  return {
    META_POD_NAME: fromField('metadata.name'),
    META_POD_IP: fromField('status.podIP'),
    META_NAMESPACE: fromField('metadata.namespace'),
    META_LEASE_NAME: lease,
  };
}

/** Every member's server runs, so it is asked directly, or looked for where it would not answer. Three minutes to start. */
function embeddedProbes({ port }: ContainerPort, answers: boolean): Probes {
  const each = { port, period: Duration.seconds(5), timeout: Duration.seconds(2) };
  const probe = (failureThreshold: number) =>
    answers
      ? Probe.http({ ...each, path: '/health', failureThreshold })
      : Probe.tcp({ ...each, failureThreshold });
  return { startup: probe(36), liveness: probe(6), readiness: probe(3) };
}

function withNpu({ resources = DEFAULT_RESOURCES, npu }: MetaServiceHAProps) {
  if (npu === undefined) return resources;
  return {
    requests: { ...resources.requests, ...npu.resources },
    limits: { ...resources.limits, ...npu.resources },
  };
}

function check(checks: Checks, props: MetaServiceHAProps): void {
  checks.include(imageProblems('image', props.image));
  const { release = NEWEST } = props;
  const wrongRelease = releaseProblems(release);
  checks.include(wrongRelease);
  // Without a release that there is, the newest one's rules stand for it.
  const judge = wrongRelease.length === 0 ? release : NEWEST;
  checks.include(atSecrets(metaSettingsProblems(settingsOf(props), judge)));
  checks.include(tlsProblems(props.tls));
  const { meta, config, metrics } = portsOf(props);
  checks.include(
    memcachePortProblems({
      'ports.meta': meta.port,
      'ports.config': config.port,
      'ports.metrics': metrics.port,
    }),
  );
  const service = servicePortsOf(props);
  checks.include(
    memcachePortProblems({ 'servicePorts.meta': service.meta, 'servicePorts.config': service.config }),
  );
}

/** The group's props that the user sets by other names here. */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  'leaderService.name': 'leaderServiceName',
  'leaderService.ports': 'servicePorts',
  'standby.startTimeout': 'startTimeout',
};

function renamed(property: string): string {
  return WRITTEN_AS[property] ?? property.replace(/^standby\.probes\./, 'probes.');
}

/** MemCache takes no port below 1025. The ports are given by the property that sets each. */
export function memcachePortProblems(ports: Readonly<Record<string, number>>): Problem[] {
  return Object.entries(ports)
    .filter(([, port]) => !(Number.isInteger(port) && port >= LEAST_PORT && port <= 65535))
    .map(([property, port]) => ({
      property,
      value: port,
      rule: `MemCache takes ports from ${LEAST_PORT} to 65535`,
      remedy: 'choose one in that range',
    }));
}
