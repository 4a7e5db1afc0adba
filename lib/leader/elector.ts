/** The elector's container: this side of docs/decisions/0002-runtime-contract.md. */
import { Duration } from 'cdk8s';
import type { ContainerPort, ContainerProps, Resources } from '../workload/container';
import { fromField } from '../workload/env';
import { Probe } from '../workload/probe';
import { ContainerSecurity } from '../workload/security';
import { PodVolume } from '../workload/volume';
import type { ApiOutage } from './api-outage';
import type { ElectionTiming } from './election-timing';
import type { IpFamily } from './leader-elected-service-props';
import { SHARED_FOLDER, SHARED_MOUNT } from './shared-folder';
import type { HttpHook, Standby } from './standby';

/** All that the elector is told on its command line. */
interface ElectorSettings {
  readonly leaseName: string;
  readonly timing: ElectionTiming;
  readonly standby: Standby;

  /** The slices to write; undefined with label routing. */
  readonly slices?: SliceSettings;

  readonly role: { readonly key: string; readonly leader: string; readonly standby: string };
  readonly peers: readonly string[];
  readonly port: number;
  readonly apiOutage: ApiOutage;

  /** DNS name of the headless Service, under which each pod has its name. */
  readonly memberDomain: string;
}

export interface SliceSettings {
  readonly service: string;

  /** One for each address family; the family is not said where it is the cluster's main one. */
  readonly slices: readonly { readonly name: string; readonly family?: IpFamily }[];

  /** The Service's port names with the container ports behind them. */
  readonly ports: readonly { readonly name: string; readonly target: ContainerPort }[];
}

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A user without a name in any image. */
const ELECTOR_USER = 65532;

/** With the version that the API server fills in: `kubectl apply` would otherwise send the list again each time. */
const NAMESPACE_FIELD = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };

/** The account's credentials, for the one container that mounts them. */
const token = PodVolume.of('api-access', {
  projected: {
    defaultMode: 0o444,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardApi: { items: [{ path: 'namespace', fieldRef: NAMESPACE_FIELD }] } },
    ],
  },
});

/** Small and without a CPU limit: an elector that is throttled renews late. */
export const ELECTOR_RESOURCES: Resources = {
  requests: { cpu: '50m', memory: '96Mi' },
  limits: { memory: '192Mi' },
};

export function electorContainer(
  image: string,
  settings: ElectorSettings,
  resources: Resources,
): ContainerProps {
  const { port, apiOutage } = settings;
  const answers = { port, path: '/healthz', timeout: Duration.seconds(2) };
  const container = runtimeContainer('elector', image, ['elect', ...electorFlags(settings)], resources);
  return {
    ...container,
    env: { ...container.env, ...(apiOutage.kind === 'ask-peers' && { FAILSAFE_KEY: apiOutage.key }) },
    ports: [electorPort(port)],
    probes: {
      startup: Probe.http({ ...answers, period: Duration.seconds(1), failureThreshold: 60 }),
      liveness: Probe.http({ ...answers, period: Duration.seconds(5), failureThreshold: 3 }),
      readiness: Probe.http({
        ...answers,
        path: '/readyz',
        period: Duration.seconds(5),
        failureThreshold: 3,
      }),
    },
    mounts: [SHARED_MOUNT, { volume: token, path: TOKEN_FOLDER, readOnly: true }],
  };
}

/** Creates the Lease if there is none, for an image that elects by itself but expects one. */
export function ensureLeaseContainer(
  image: string,
  leaseName: string,
  leaseDuration: Duration,
): ContainerProps {
  const flags = [`--lease-name=${leaseName}`, `--lease-duration=${flagOf(leaseDuration)}`];
  return {
    ...runtimeContainer('ensure-lease', image, ['ensure-lease', ...flags], ELECTOR_RESOURCES),
    mounts: [{ volume: token, path: TOKEN_FOLDER, readOnly: true }],
  };
}

export function electorPort(port: number): ContainerPort {
  return { name: 'elector', port };
}

function runtimeContainer(
  name: string,
  image: string,
  args: readonly string[],
  resources: Resources,
): ContainerProps {
  return {
    name,
    image,
    args,
    env: {
      POD_NAME: fromField('metadata.name'),
      POD_UID: fromField('metadata.uid'),
      POD_NAMESPACE: fromField('metadata.namespace'),
      POD_IP: fromField('status.podIP'),
      POD_IPS: fromField('status.podIPs'),
      NODE_NAME: fromField('spec.nodeName'),
    },
    resources,
    security: ContainerSecurity.restricted({ user: ELECTOR_USER }),
  };
}

function electorFlags(settings: ElectorSettings): string[] {
  const { leaseName, timing, standby, slices, role, peers, port } = settings;
  const { onPromote, onDemote } = standby.hooks;
  return [
    `--lease-name=${leaseName}`,
    `--lease-duration=${flagOf(timing.leaseDuration)}`,
    `--renew-deadline=${flagOf(timing.renewDeadline)}`,
    `--retry-period=${flagOf(timing.retryPeriod)}`,
    `--kill-after=${flagOf(timing.killAfter)}`,
    `--standby=${standby.kind}`,
    ...routingFlags(slices),
    `--role-label=${role.key}`,
    `--leader-value=${role.leader}`,
    `--standby-value=${role.standby}`,
    `--peers=${peers.join(',')}`,
    `--app-check=${standby.check.kind === 'exec' ? 'gate' : standby.check.url}`,
    `--app-start-timeout=${flagOf(standby.startTimeout)}`,
    ...(onPromote ? [`--on-promote=${urlOf(onPromote)}`] : []),
    ...(onDemote ? [`--on-demote=${urlOf(onDemote)}`] : []),
    `--dir=${SHARED_FOLDER}`,
    `--listen=$(POD_IP):${port}`,
    ...failsafeFlags(settings),
  ];
}

function routingFlags(settings: SliceSettings | undefined): string[] {
  if (settings === undefined) return ['--routing=label'];
  const { service, slices, ports } = settings;
  return [
    '--routing=endpoint-slice',
    `--service=${service}`,
    ...slices.map(({ name, family }) => `--slice=${name}${family === undefined ? '' : `/${family}`}`),
    ...ports.map(({ name, target }) => `--slice-port=${name}:${target.port}/${target.protocol ?? 'TCP'}`),
  ];
}

function failsafeFlags({ apiOutage, memberDomain }: ElectorSettings): string[] {
  if (apiOutage.kind === 'stop') return [];
  return [`--failsafe-service=${memberDomain}`, `--failsafe-longest=${flagOf(apiOutage.atMost)}`];
}

function urlOf({ port, path, address = 'loopback' }: HttpHook): string {
  return `http://${address === 'loopback' ? '127.0.0.1' : '$(POD_IP)'}:${port}${path}`;
}

function flagOf(duration: Duration): string {
  return `${duration.toMilliseconds() / 1000}s`;
}
