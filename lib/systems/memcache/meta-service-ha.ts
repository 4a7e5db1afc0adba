/** MemCache's MetaService with standbys: one member serves, and clients reach it at one address. */
import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import type { ContainerPort } from '../../kube/container';
import { type Env, fromField } from '../../kube/env';
import { imageProblems } from '../../kube/image';
import { appLabels } from '../../kube/labels';
import { Checks, type Problem } from '../../kube/problems';
import { Probe, type Probes } from '../../kube/probe';
import { ContainerSecurity } from '../../kube/security';
import { PodVolume } from '../../kube/volume';
import { LeaderElectedService } from '../../leader/leader-elected-service';
import { asWritten } from '../../leader/leader-elected-service-checks';
import type { LeaderElectedServiceProps } from '../../leader/leader-elected-service-props';
import { AppCheck, Standby } from '../../leader/standby';
import { usableName } from '../../store/stateful-store-checks';
import { renderConfigFile } from './config-file';
import { LOG_FOLDER, LogTarget } from './log-target';
import type { MetaPorts, MetaServiceHAProps } from './meta-service-ha-props';
import { type MetaSettings, metaConfigLines, metaSettingsProblems } from './meta-settings';
import { LIBRARY_PATH, MemcacheFiles, TOKENS } from './program';
import { atSecrets, tlsFiles, tlsGroup, tlsMounts, tlsProblems } from './tls-secrets';

const PROGRAM = '/usr/local/memcache_hybrid/latest/aarch64-linux/bin/mmc_meta_service';
const CONFIG_FILE = 'mmc-meta.conf';
const LEAST_PORT = 1025;

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
    const security = props.security ?? ContainerSecurity.restricted();
    const helper = { image: props.image, imagePullPolicy: props.imagePullPolicy, security };
    const files = new MemcacheFiles(this, 'files', {
      name: `${usableName(serviceName)}-config`,
      labels: appLabels({ name: 'memcache', instance: name, component: 'meta-service' }),
      configFile: CONFIG_FILE,
      template: templateOf(props, ports),
      scripts: logs.files,
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
        ...(props.election === 'embedded' && embeddedEnv(namesOf(props).lease)),
        ...props.env,
      },
      resources: withNpu(props),
      security,
      fsGroup: props.fsGroup ?? tlsGroup({ ...props.tls }),
      initContainers: [files.renderContainer(helper, {})],
      sidecars: logs.sidecars(helper, files.scripts),
      mounts: [
        files.config,
        files.scripts,
        { volume: PodVolume.emptyDir('tmp'), path: '/tmp' },
        logs.mount,
        ...tlsMounts({ ...props.tls }),
        ...(props.npu?.mounts ?? []),
      ],
    };
    if (props.election === 'embedded') {
      return {
        ...common,
        election: 'embedded',
        routing: props.routing,
        probes: embeddedProbes(ports.metrics),
      };
    }
    const { election, routing, startTimeout = Duration.seconds(120) } = props;
    const check = AppCheck.http(ports.metrics, '/health');
    return { ...common, election, routing, standby: Standby.cold({ check, startTimeout }) };
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
    metricsUrl: url('http', ports.metrics),
    // With the runtime's election the program must not hold one of its own.
    haEnable: props.election === 'embedded',
    logPath: LOG_FOLDER,
  });
  return renderConfigFile(lines);
}

function settingsOf({ settings, tls }: MetaServiceHAProps): MetaSettings {
  return {
    ...settings,
    tls: tlsFiles('meta', tls?.meta),
    configStoreTls: tlsFiles('configStore', tls?.configStore),
  };
}

function envOf(configPath: string): Env {
  return { MMC_META_CONFIG_PATH: configPath, LD_LIBRARY_PATH: LIBRARY_PATH };
}

/** What MemCache's own election reads. */
function embeddedEnv(lease: string): Env {
  return {
    META_POD_NAME: fromField('metadata.name'),
    META_POD_IP: fromField('status.podIP'),
    META_NAMESPACE: fromField('metadata.namespace'),
    META_LEASE_NAME: lease,
  };
}

/** Every member's server runs, so it is asked directly. Three minutes to start. */
function embeddedProbes({ port }: ContainerPort): Probes {
  const health = { port, path: '/health', period: Duration.seconds(5), timeout: Duration.seconds(2) };
  return {
    startup: Probe.http({ ...health, failureThreshold: 36 }),
    liveness: Probe.http({ ...health, failureThreshold: 6 }),
    readiness: Probe.http({ ...health, failureThreshold: 3 }),
  };
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
  checks.include(atSecrets(metaSettingsProblems(settingsOf(props))));
  checks.include(tlsProblems({ ...props.tls }));
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
  return WRITTEN_AS[property] ?? property;
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
