/** The elector's container and the gate around the application: this side of docs/decisions/0002-runtime-contract.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import type { ContainerPort, ContainerProps, Resources } from '../kube/container';
import { fromField } from '../kube/env';
import { Probe, type Probes } from '../kube/probe';
import { ContainerSecurity } from '../kube/security';
import { PodVolume } from '../kube/volume';
import type { ElectionTiming } from './election-timing';
import type { AppCheck, HttpHook, Standby } from './standby';

/** All that the elector is told on its command line. */
export interface ElectorSettings {
  readonly leaseName: string;
  readonly timing: ElectionTiming;
  readonly standby: Standby;

  /** The slice to write; undefined with label routing. */
  readonly slice?: SliceSettings;

  readonly role: { readonly key: string; readonly leader: string; readonly standby: string };
  readonly peers: readonly string[];
  readonly port: number;
}

export interface SliceSettings {
  readonly service: string;
  readonly name: string;

  /** The Service's port names with the numbers of the container ports behind them. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

/** Where elector and gate meet. */
const SHARED_FOLDER = '/run/ha';

/** Where the gate is mounted. */
const GATE_FOLDER = '/opt/cdk8s-ha';

const GATE_FILE = 'gate.sh';

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A user without a name in any image. */
const ELECTOR_USER = 65532;

const shared = PodVolume.emptyDir('ha', { medium: 'Memory', sizeLimit: Size.mebibytes(1) });

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

/** The file that runs the application while its pod leads. */
export function gateFiles(): Record<string, string> {
  return { [GATE_FILE]: readFileSync(join(__dirname, GATE_FILE), 'utf8') };
}

export function electorContainer(
  image: string,
  settings: ElectorSettings,
  resources: Resources,
): ContainerProps {
  const { port } = settings;
  const answers = { port, path: '/healthz', timeout: Duration.seconds(2) };
  return {
    ...runtimeContainer('elector', image, ['elect', ...electorFlags(settings)], resources),
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
    mounts: [
      { volume: shared, path: SHARED_FOLDER },
      { volume: token, path: TOKEN_FOLDER, readOnly: true },
    ],
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

/** What the gate changes in the application's container: it runs the command while the pod leads, and asks its check. */
export function gated(
  { command = [], env = {}, mounts = [] }: Pick<ContainerProps, 'command' | 'env' | 'mounts'>,
  gate: PodVolume,
  { timing, check }: { readonly timing: ElectionTiming; readonly check: AppCheck },
): Pick<ContainerProps, 'command' | 'env' | 'mounts'> {
  // Rounded down: later than told, it could be too late.
  const killAfter = Math.floor(timing.killAfter.toMilliseconds() / 10);
  const asked = check.kind === 'exec' ? ['--check', String(check.command.length), ...check.command] : [];
  return {
    command: ['/bin/sh', `${GATE_FOLDER}/${GATE_FILE}`, ...asked, ...command],
    env: { ...env, HA_DIR: SHARED_FOLDER, HA_KILL_AFTER: String(killAfter) },
    mounts: [
      ...mounts,
      { volume: shared, path: SHARED_FOLDER, readOnly: true },
      { volume: gate, path: GATE_FOLDER, readOnly: true },
    ],
  };
}

const STARTUP_PERIOD_SECONDS = 2;

/**
 * Probes of a gated application, asked through the elector. A start may take its whole timeout; afterwards the thresholds
 * outlast a restart of the elector.
 */
export function gatedProbes(port: number, startTimeout: Duration): Probes {
  const startPeriods = Math.ceil(startTimeout.toMilliseconds() / 1000 / STARTUP_PERIOD_SECONDS);
  const asked = { port, timeout: Duration.seconds(2) };
  return {
    startup: Probe.http({
      ...asked,
      path: '/app/startup',
      period: Duration.seconds(STARTUP_PERIOD_SECONDS),
      failureThreshold: startPeriods + 15,
    }),
    liveness: Probe.http({
      ...asked,
      path: '/app/liveness',
      period: Duration.seconds(5),
      failureThreshold: 6,
    }),
    readiness: Probe.http({
      ...asked,
      path: '/app/readiness',
      period: Duration.seconds(5),
      failureThreshold: 3,
    }),
  };
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
      NODE_NAME: fromField('spec.nodeName'),
    },
    resources,
    security: ContainerSecurity.restricted({ user: ELECTOR_USER }),
  };
}

function electorFlags({ leaseName, timing, standby, slice, role, peers, port }: ElectorSettings): string[] {
  const { onPromote, onDemote } = standby.hooks;
  return [
    `--lease-name=${leaseName}`,
    `--lease-duration=${flagOf(timing.leaseDuration)}`,
    `--renew-deadline=${flagOf(timing.renewDeadline)}`,
    `--retry-period=${flagOf(timing.retryPeriod)}`,
    `--kill-after=${flagOf(timing.killAfter)}`,
    `--standby=${standby.kind}`,
    ...routingFlags(slice),
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
  ];
}

function routingFlags(slice: SliceSettings | undefined): string[] {
  if (slice === undefined) return ['--routing=label'];
  return [
    '--routing=endpoint-slice',
    `--service=${slice.service}`,
    `--slice=${slice.name}`,
    ...slice.ports.map(({ name, port }) => `--slice-port=${name}:${port}`),
  ];
}

function urlOf({ port, path }: HttpHook): string {
  return `http://$(POD_IP):${port.port}${path}`;
}

function flagOf(duration: Duration): string {
  return `${duration.toMilliseconds() / 1000}s`;
}
