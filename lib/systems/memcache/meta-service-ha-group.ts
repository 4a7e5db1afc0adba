/** A MetaService as the leader-elected group that it is: a value, from which the group makes the objects. */
import { Duration } from 'cdk8s';
import type {
  LeaderElectedServiceProps,
  LeaderServiceProps,
} from '../../leader/leader-elected-service-props';
import { AppCheck, Standby } from '../../leader/standby';
import { renderConfigFile } from '../../settings/config-file';
import type { ContainerPort, Resources } from '../../workload/container';
import { type Env, fromField } from '../../workload/env';
import { Probe, type Probes } from '../../workload/probe';
import { PodVolume } from '../../workload/volume';
import { LEADER_MODULE } from './leader-module';
import { LOG_FOLDER } from './log-target';
import { type Meta, isTold } from './meta-service-ha-resolved';
import { type MetaSettings, metaConfigLines, metaSettingsProblems } from './meta-settings';
import { OPENSSL_MOUNT, OPENSSL_SCRIPTS, opensslContainer } from './openssl';
import { LIBRARY_PATH, MemcacheFiles, PROGRAM_PATH, TOKENS } from './program';
import { traitsOf } from './releases';
import { secretsOf, tlsFiles, tlsGroup, tlsMounts } from './tls-secrets';

const CONFIG_FILE = 'mmc-meta.conf';

/**
 * After SIGTERM the program takes seconds to end, in which it answers some calls and leaves others hanging. It keeps
 * nothing on disk that a longer end would save.
 */
const STOP_SIGNAL = 'SIGKILL';

export function metaGroup(meta: Meta): LeaderElectedServiceProps {
  const {
    release,
    settings,
    tls,
    npu,
    logs,
    ports: numbers,
    servicePorts,
    leaderServiceName,
    ...rest
  } = meta;
  const ports = portsOf(meta);
  const common = {
    application: 'memcache',
    component: 'meta-service',
    leaderService: leaderServiceOf(meta, ports),
    ...podOf(meta, ports),
  };
  if (rest.election === 'embedded')
    return { ...rest, ...common, probes: embeddedProbes(meta, ports.metrics) };
  const { startTimeout, probes, ...elected } = rest;
  const check = tls.metrics ? AppCheck.tcp(ports.metrics) : AppCheck.http(ports.metrics, '/health');
  return {
    ...elected,
    ...common,
    standby: Standby.cold({ check, startTimeout, probes, stopSignal: STOP_SIGNAL }),
  };
}

function leaderServiceOf({ leaderServiceName, servicePorts }: Meta, ports: Ports): LeaderServiceProps {
  return {
    name: leaderServiceName,
    ports: [
      { name: 'meta', port: servicePorts.meta, target: ports.meta },
      { name: 'config', port: servicePorts.config, target: ports.config },
    ],
  };
}

function podOf(meta: Meta, ports: Ports) {
  const { tls, npu, logs, image, imagePullPolicy, security, command } = meta;
  const secrets = secretsOf(tls);
  const secured = tlsGroup(secrets) !== undefined;
  const files = filesOf(meta, ports, secured);
  const helper = { image, imagePullPolicy, security };
  return {
    containerName: 'meta-service',
    ports: Object.values(ports),
    command: npu ? files.withAscend(command) : command,
    env: envOf(meta, files.configPath),
    resources: withNpu(meta),
    fsGroup: meta.fsGroup ?? tlsGroup(secrets),
    initContainers: [
      files.renderContainer(helper, {}),
      ...(secured ? [opensslContainer(helper, files, tls.openssl)] : []),
    ],
    sidecars: logs.sidecars(helper, files.scripts),
    mounts: [
      files.config,
      files.scripts,
      { volume: PodVolume.emptyDir('tmp'), path: '/tmp' },
      logs.mount,
      ...tlsMounts(secrets),
      ...(secured ? [OPENSSL_MOUNT] : []),
      ...(npu?.mounts ?? []),
    ],
  };
}

type Ports = Readonly<Record<'meta' | 'config' | 'metrics', ContainerPort>>;

function portsOf({ ports: { meta, config, metrics } }: Meta): Ports {
  return {
    meta: { name: 'meta', port: meta },
    config: { name: 'config', port: config },
    metrics: { name: 'metrics', port: metrics },
  };
}

function filesOf(meta: Meta, ports: Ports, secured: boolean): MemcacheFiles {
  return new MemcacheFiles({
    configMapName: `${meta.serviceName}-config`,
    configFile: CONFIG_FILE,
    template: templateOf(meta, ports),
    scripts: {
      ...meta.logs.files,
      ...(isTold(meta) && LEADER_MODULE.files),
      ...(secured && OPENSSL_SCRIPTS),
    },
  });
}

/** Empty where settings are refused: what is no setting cannot be written. */
function templateOf(meta: Meta, ports: Ports): string {
  const settings = programSettings(meta);
  if (metaSettingsProblems(settings, meta.release).length > 0) return '';
  const url = (scheme: string, { port }: ContainerPort) => `${scheme}://${TOKENS.podIp}:${port}`;
  const lines = metaConfigLines(settings, {
    metaServiceUrl: url('tcp', ports.meta),
    configStoreUrl: url('tcp', ports.config),
    metricsUrl: url(meta.tls.metrics ? 'https' : 'http', ports.metrics),
    haEnable: meta.election === 'embedded' || isTold(meta),
    logPath: LOG_FOLDER,
  });
  return renderConfigFile(lines);
}

/** The settings with those that follow from the Secrets. */
export function programSettings({ settings, tls }: Meta): MetaSettings {
  return {
    ...settings,
    tls: tlsFiles('meta', tls.meta),
    configStoreTls: tlsFiles('configStore', tls.configStore),
    metricsTls: tlsFiles('metrics', tls.metrics),
  };
}

function envOf(meta: Meta, configPath: string): Env {
  return {
    MMC_META_CONFIG_PATH: configPath,
    LD_LIBRARY_PATH: LIBRARY_PATH,
    PATH: PROGRAM_PATH,
    ...meta.logs.env,
    ...meta.npu?.env,
    ...((meta.election === 'embedded' || isTold(meta)) && electionEnv(meta.names.lease)),
    ...(isTold(meta) && LEADER_MODULE.env),
    ...meta.env,
  };
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
function embeddedProbes({ release, tls }: Meta, { port }: ContainerPort): Probes {
  const each = { port, period: Duration.seconds(5), timeout: Duration.seconds(2) };
  const answers = traitsOf(release).answersKubelet && !tls.metrics;
  const probe = (failureThreshold: number) =>
    answers
      ? Probe.http({ ...each, path: '/health', failureThreshold })
      : Probe.tcp({ ...each, failureThreshold });
  return { startup: probe(36), liveness: probe(6), readiness: probe(3) };
}

function withNpu({ resources, npu }: Meta): Resources {
  if (npu === undefined) return resources;
  return {
    requests: { ...resources.requests, ...npu.resources },
    limits: { ...resources.limits, ...npu.resources },
  };
}
