/** The clients as the workload that they are: a value, from which a StatefulSet or DaemonSet is made. */
import type { Problem } from '../../kube/problems';
import { renderConfigFile } from '../../settings/config-file';
import type { Resources } from '../../workload/container';
import type { DaemonSetProps } from '../../workload/daemon-set-props';
import { ContainerSecurity } from '../../workload/security';
import type { StatefulStoreProps } from '../../workload/stateful-store-props';
import { PodVolume } from '../../workload/volume';
import {
  type EveryNodeFleet,
  type Fleet,
  type ReplicasFleet,
  metaHostOf,
  securityOf,
} from './local-client-fleet-resolved';
import { type LocalSettings, localConfigLines, localSettingsProblems } from './local-settings';
import { OPENSSL_MOUNT, OPENSSL_SCRIPTS, opensslContainer } from './openssl';
import {
  HELPER_RESOURCES,
  type HelperContainer,
  LIBRARY_PATH,
  MemcacheFiles,
  TOKENS,
  script,
} from './program';
import { traitsOf } from './releases';
import { secretsOf, tlsFiles, tlsGroup, tlsMounts } from './tls-secrets';

const CONFIG_FILE = 'mmc-local.conf';
const WAIT_FOR_MASTER = 'wait-for-master.sh';

const COMMON = {
  containerName: 'local-service',
  application: 'memcache',
  component: 'local-service',
} as const;

/** The clients' workload. */
export type Members =
  | { readonly kind: 'StatefulStore'; readonly props: StatefulStoreProps }
  | { readonly kind: 'DaemonSet'; readonly props: DaemonSetProps };

export function membersOf(fleet: Fleet): Members {
  return fleet.placement === 'replicas'
    ? { kind: 'StatefulStore', props: replicasOf(fleet) }
    : { kind: 'DaemonSet', props: everyNodeOf(fleet) };
}

function replicasOf(fleet: ReplicasFleet): StatefulStoreProps {
  const { name, selector, serviceName, replicas, budget, spread } = fleet;
  return {
    ...podOf(fleet),
    ...COMMON,
    name,
    podManagement: 'Parallel',
    wave: 'clients',
    selector,
    serviceName,
    replicas,
    budget,
    spread,
  };
}

function everyNodeOf(fleet: EveryNodeFleet): DaemonSetProps {
  const { name, selector } = fleet;
  return { ...podOf(fleet), ...COMMON, name, selector };
}

function podOf(fleet: Fleet) {
  const { meta, transport, npu, hugepages, settings, tls, hcomPort, waitTimeout, ...rest } = fleet;
  const secrets = secretsOf(tls);
  const takesOpenssl = tls.meta !== undefined || tls.configStore !== undefined;
  const security = securityOf(fleet);
  const files = new MemcacheFiles({
    configMapName: rest.configMapName,
    configFile: CONFIG_FILE,
    template: templateOf(fleet),
    scripts: { [WAIT_FOR_MASTER]: script(WAIT_FOR_MASTER), ...(takesOpenssl && OPENSSL_SCRIPTS) },
  });
  const helper = {
    image: rest.image,
    imagePullPolicy: rest.imagePullPolicy,
    security: security?.isPrivileged ? ContainerSecurity.root() : security,
  };
  return {
    ...rest,
    ports: [{ name: 'hcom', port: hcomPort }],
    command: npu && rest.command ? files.withAscend(rest.command) : rest.command,
    env: {
      MMC_LOCAL_CONFIG_PATH: files.configPath,
      LD_LIBRARY_PATH: LIBRARY_PATH,
      ...npu?.env,
      ...rest.env,
    },
    resources: resourcesOf(fleet),
    security,
    fsGroup: rest.fsGroup ?? tlsGroup(secrets),
    initContainers: [
      files.renderContainer(helper, addressesOf(fleet)),
      ...(takesOpenssl ? [opensslContainer(helper, files, tls.openssl)] : []),
      waitContainer(fleet, helper, files),
    ],
    mounts: [
      files.config,
      files.scripts,
      { volume: PodVolume.emptyDir('tmp'), path: '/tmp' },
      ...(hugepages ? [hugepages.mount] : []),
      ...transport.mounts,
      ...tlsMounts(secrets),
      ...(takesOpenssl ? [OPENSSL_MOUNT] : []),
      ...(npu?.mounts ?? []),
    ],
  };
}

function waitContainer({ meta, waitTimeout }: Fleet, helper: HelperContainer, files: MemcacheFiles) {
  const seconds = waitTimeout.toMilliseconds() / 1000;
  return {
    ...helper,
    name: WAIT_FOR_MASTER.replace('.sh', ''),
    command: files.command(WAIT_FOR_MASTER, meta.dnsName, String(meta.metaPort), String(seconds)),
    resources: HELPER_RESOURCES,
    mounts: [files.scripts],
  };
}

/** What `render-config.sh` looks up. */
function addressesOf({ meta, transport: { networkInterface } }: Fleet) {
  return {
    ...(!traitsOf(meta.release).hostNames && { SERVICE_HOST: meta.dnsName }),
    ...(networkInterface && { INTERFACE: networkInterface }),
  };
}

/** Empty where settings are refused: what is no setting cannot be written. */
function templateOf(fleet: Fleet): string {
  if (fleetSettingsProblems(fleet).length > 0) return '';
  const { meta, transport, hcomPort } = fleet;
  const hcomIp = transport.networkInterface === undefined ? TOKENS.podIp : TOKENS.interfaceIp;
  const host = metaHostOf(fleet);
  const lines = localConfigLines(programSettings(fleet), {
    metaServiceUrl: `tcp://${host}:${meta.metaPort}`,
    configStoreUrl: `tcp://${host}:${meta.configPort}`,
    hcomUrl: `tcp://${hcomIp}:${hcomPort}`,
    protocol: transport.protocol,
  });
  return renderConfigFile(lines);
}

/** All that is wrong with the settings of this fleet. */
export function fleetSettingsProblems(fleet: Fleet): Problem[] {
  const { meta, transport } = fleet;
  const fleetSize = fleet.placement === 'replicas' ? fleet.replicas : undefined;
  const context = { protocol: transport.protocol, release: meta.release, fleetSize };
  return localSettingsProblems(programSettings(fleet), context);
}

/** The settings with those that follow from the Secrets. */
function programSettings({ settings, tls }: Fleet): LocalSettings {
  return {
    ...settings,
    tls: tlsFiles('meta', tls.meta),
    configStoreTls: tlsFiles('configStore', tls.configStore),
    hcomTls: tlsFiles('hcom', tls.hcom, 'absent'),
  };
}

function resourcesOf({ resources, npu, hugepages, transport }: Fleet): Resources {
  const whole = { ...npu?.resources, ...hugepages?.resources, ...transport.resources };
  return { requests: { ...resources.requests, ...whole }, limits: { ...resources.limits, ...whole } };
}
