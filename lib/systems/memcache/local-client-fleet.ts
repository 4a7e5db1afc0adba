/** MemCache's clients, which hold the memory: wired to a MetaService by reference, started once it answers. */
import { Chart, Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Wave } from '../../kube/sync';
import { imageProblems } from '../../kube/image';
import { appLabels } from '../../kube/labels';
import { labelProblems } from '../../kube/names';
import { addNewerFields } from '../../kube/newer-fields';
import { type PodProps, podProblems, toPodTemplate } from '../../workload/pod';
import { Checks } from '../../kube/problems';
import { ContainerSecurity } from '../../workload/security';
import { PodVolume } from '../../workload/volume';
import { wholeSecondsProblems } from '../../kube/values';
import { StatefulStore } from '../../workload/stateful-store';
import { selectorProblems, usableName } from '../../workload/stateful-store-checks';
import { namespaceOf } from '../../synthesis/system-chart';
import { renderConfigFile } from '../../settings/config-file';
import type { LocalClientFleetProps } from './local-client-fleet-props';
import { type LocalSettings, localConfigLines, localSettingsProblems } from './local-settings';
import { memcachePortProblems } from './meta-service-ha';
import { OPENSSL_MOUNT, OPENSSL_SCRIPTS, opensslContainer } from './openssl';
import { HELPER_RESOURCES, LIBRARY_PATH, MemcacheFiles, TOKENS, script } from './program';
import { RELEASES } from './releases';
import { atSecrets, secretsOf, tlsFiles, tlsGroup, tlsMounts, tlsProblems } from './tls-secrets';

const CONFIG_FILE = 'mmc-local.conf';
const WAIT_FOR_MASTER = 'wait-for-master.sh';
const DEFAULT_NAME = 'local-service-pod';
const DEFAULT_HCOM_PORT = 7000;
const DEFAULT_WAIT = Duration.minutes(5);
const DEFAULT_RESOURCES = { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '4Gi' } } as const;

/**
 * ```ts
 * new LocalClientFleet(memcache, 'clients', {
 *   meta, image: 'registry.example/memcache:1.0.0', replicas: 2,
 *   transport: Transport.hostTcp(),
 *   hugepages: Hugepages.of2Mi(Size.gibibytes(2)),
 * });
 * ```
 */
export class LocalClientFleet extends Construct {
  constructor(scope: Construct, id: string, props: LocalClientFleetProps) {
    super(scope, id);
    const checks = new Checks(this);
    check(this, checks, props);
    checks.settle(() => {
      this.addWorkload(props);
    });
  }

  private addWorkload(props: LocalClientFleetProps): void {
    const { name = DEFAULT_NAME, selector = { app: 'local-service' } } = props;
    const pod = { ...this.podProps(props), name };
    if (props.placement === 'every-node') {
      this.addDaemonSet({ ...pod, name: 'local-service' }, name, selector);
      return;
    }
    const { serviceName = 'local-service', replicas = 2, budget } = props;
    new StatefulStore(this, 'members', {
      ...pod,
      containerName: 'local-service',
      application: 'memcache',
      component: 'local-service',
      podManagement: 'Parallel',
      wave: 'clients',
      selector,
      serviceName,
      replicas,
      budget,
    });
  }

  private addDaemonSet(pod: PodProps, name: string, selector: Readonly<Record<string, string>>): void {
    const checks = new Checks(this);
    checks.include(labelProblems('name', name));
    checks.include(selectorProblems(selector, pod.podLabels));
    checks.include(podProblems(pod));
    checks.done();
    const labels = {
      ...Chart.of(this).labels,
      ...appLabels({ name: 'memcache', instance: name, component: 'local-service' }),
    };
    // One pod a node is what a DaemonSet is; spreading constraints would only get in its way.
    const alone = { ...pod, spread: { host: 'none', zone: 'none' } as const };
    const { spec: template, newerFields } = toPodTemplate(alone, {
      labels: { ...labels, ...selector },
      selector: { ...selector },
    });
    const daemonSet = new k8s.KubeDaemonSet(this, 'daemon-set', {
      metadata: { name, labels, annotations: { ...Wave.clients } },
      spec: { selector: { matchLabels: { ...selector } }, template },
    });
    addNewerFields(daemonSet, newerFields);
  }

  private podProps(props: LocalClientFleetProps): Omit<PodProps, 'name'> {
    const { meta, transport, npu, hugepages, hcomPort = DEFAULT_HCOM_PORT } = props;
    const secrets = secretsOf(props.tls);
    const takesOpenssl = props.tls?.meta !== undefined || props.tls?.configStore !== undefined;
    const security = transport.securityWith(npu) ?? props.security ?? ContainerSecurity.restricted();
    const helper = {
      image: props.image,
      imagePullPolicy: props.imagePullPolicy,
      security: security.isPrivileged ? ContainerSecurity.root() : security,
    };
    const files = new MemcacheFiles(this, 'files', {
      name: `${usableName(props.name ?? 'local-service')}-config`,
      labels: appLabels({
        name: 'memcache',
        instance: props.name ?? DEFAULT_NAME,
        component: 'local-service',
      }),
      configFile: CONFIG_FILE,
      template: templateOf(props, hcomPort),
      scripts: { [WAIT_FOR_MASTER]: script(WAIT_FOR_MASTER), ...(takesOpenssl && OPENSSL_SCRIPTS) },
    });
    const { networkInterface } = transport;
    const addresses = {
      ...(!RELEASES[meta.release].hostNames && { SERVICE_HOST: meta.dnsName }),
      ...(networkInterface && { INTERFACE: networkInterface }),
    };
    return {
      ...props,
      ports: [{ name: 'hcom', port: hcomPort }],
      command: props.npu && props.command ? files.withAscend(props.command) : props.command,
      env: {
        MMC_LOCAL_CONFIG_PATH: files.configPath,
        LD_LIBRARY_PATH: LIBRARY_PATH,
        ...npu?.env,
        ...props.env,
      },
      resources: resourcesOf(props),
      security,
      fsGroup: props.fsGroup ?? tlsGroup(secrets),
      initContainers: [
        files.renderContainer(helper, addresses),
        ...(takesOpenssl ? [opensslContainer(helper, files, props.tls.openssl)] : []),
        {
          ...helper,
          name: WAIT_FOR_MASTER.replace('.sh', ''),
          command: files.command(
            WAIT_FOR_MASTER,
            meta.dnsName,
            String(meta.metaPort),
            String((props.waitTimeout ?? DEFAULT_WAIT).toSeconds()),
          ),
          resources: HELPER_RESOURCES,
          mounts: [files.scripts],
        },
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
}

function templateOf(props: LocalClientFleetProps, hcomPort: number): string {
  const { meta, transport } = props;
  const hcomIp = transport.networkInterface === undefined ? TOKENS.podIp : TOKENS.interfaceIp;
  const host = RELEASES[meta.release].hostNames ? meta.dnsName : TOKENS.serviceIp;
  const lines = localConfigLines(settingsOf(props), {
    metaServiceUrl: `tcp://${host}:${meta.metaPort}`,
    configStoreUrl: `tcp://${host}:${meta.configPort}`,
    hcomUrl: `tcp://${hcomIp}:${hcomPort}`,
    protocol: transport.protocol,
  });
  return renderConfigFile(lines);
}

function settingsOf({ settings, tls }: LocalClientFleetProps): LocalSettings {
  return {
    ...settings,
    tls: tlsFiles('meta', tls?.meta),
    configStoreTls: tlsFiles('configStore', tls?.configStore),
    hcomTls: tlsFiles('hcom', tls?.hcom, 'absent'),
  };
}

function resourcesOf({ resources = DEFAULT_RESOURCES, npu, hugepages, transport }: LocalClientFleetProps) {
  const whole = { ...npu?.resources, ...hugepages?.resources, ...transport.resources };
  return { requests: { ...resources.requests, ...whole }, limits: { ...resources.limits, ...whole } };
}

function check(fleet: LocalClientFleet, checks: Checks, props: LocalClientFleetProps): void {
  const { meta, transport, npu, tls, security, hostNetwork = false, hcomPort = DEFAULT_HCOM_PORT } = props;
  const fleetSize = props.placement === 'every-node' ? undefined : (props.replicas ?? 2);
  const namespace = namespaceOf(fleet);
  checks.require(
    namespace === meta.namespace,
    'meta',
    `namespace ${meta.namespace}`,
    `clients live in the namespace of their MetaService; these are in ${namespace}`,
    'put both into one SystemChart',
  );
  checks.include(imageProblems('image', props.image));
  checks.include(
    atSecrets(
      localSettingsProblems(settingsOf(props), {
        protocol: transport.protocol,
        release: meta.release,
        fleetSize,
      }),
    ),
  );
  checks.require(
    RELEASES[meta.release].protocols.includes(transport.protocol),
    'transport',
    transport.protocol,
    `MemCache ${meta.release} moves data by ${RELEASES[meta.release].protocols.join(', ')}`,
    'choose one of them, or a newer release of the MetaService',
  );
  checks.include(tlsProblems(tls));
  for (const connection of ['meta', 'configStore'] as const) {
    const secured = tls?.[connection] !== undefined;
    checks.require(
      secured === meta.tls[connection],
      `tls.${connection}`,
      secured ? 'set' : 'not set',
      `the MetaService ${meta.tls[connection] ? 'takes' : 'refuses'} TLS on this connection`,
      'set it on both or on neither',
    );
  }
  const ubsIo = props.settings?.ubsIo ?? false;
  checks.require(
    ubsIo === meta.ubsIo,
    'settings.ubsIo',
    ubsIo,
    `the MetaService has it set to ${String(meta.ubsIo)}`,
    'set it the same on both',
  );
  checks.include(memcachePortProblems({ hcomPort }));
  checks.include(wholeSecondsProblems('waitTimeout', props.waitTimeout, 1));
  checks.require(
    !transport.needsNpu || npu !== undefined,
    'npu',
    npu,
    `${transport.protocol} moves data between NPUs`,
    'set AscendNpu.hostDevices(…) or AscendNpu.devicePlugin(…)',
  );
  checks.require(
    transport.networkInterface === undefined || hostNetwork,
    'hostNetwork',
    hostNetwork,
    `the interface ${transport.networkInterface ?? ''} is the node's`,
    'set hostNetwork: true, or leave out the interface',
  );
  checks.require(
    security === undefined || transport.securityWith(npu) === undefined,
    'security',
    'set',
    `${transport.protocol} decides what the container may do`,
    'leave it out',
  );
}
