/** How a member's elector is started: as the constructs render it, for one that runs on this machine. */
import { join } from 'node:path';
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import type { Command } from './supervised';

/** What its pod's labels say of it. */
export const ROLE = { label: 'role', leader: 'master', standby: 'backup' } as const;

export interface MemberFacts {
  readonly pod: string;
  readonly uid: string;
  readonly ip: string;
}

export interface ElectorOptions {
  readonly facts: MemberFacts;
  readonly group: string;
  readonly namespace: string;
  readonly timing: TimingMilliseconds;
  readonly routing: 'endpoint-slice' | 'label';

  /** For how long after its last renewal it may go on by its peers' promises, in milliseconds. It asks none without. */
  readonly asksPeersFor?: number;
  readonly peers: readonly string[];

  /** Of the member. */
  readonly folder: string;
  readonly address: string;
  readonly credentials: string;
  readonly runtime: string;
  readonly proxyPort: number;

  /** Beside what its pod would have. */
  readonly env?: Readonly<Record<string, string>>;

  /** What it is told of its application. */
  readonly applicationFlags: Readonly<Record<string, string>>;
}

/** The DNS name under which members have names of their own. */
export const PEER_SERVICE = 'peers';

const PORT = 9400;
const START_TIMEOUT = '5s';

/** Runs a command that finds its peers by a file of its own: `HOSTS COMMAND…`. */
const WITH_HOSTS = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];

/** Where it finds its peers. */
export function hostsIn(folder: string): string {
  return join(folder, 'hosts');
}

export function electorCommand(options: ElectorOptions): Command {
  const { facts, namespace, folder, proxyPort, runtime } = options;
  const env = {
    POD_NAME: facts.pod,
    POD_UID: facts.uid,
    POD_IPS: facts.ip,
    POD_NAMESPACE: namespace,
    NODE_NAME: 'node',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(proxyPort),
    FAILSAFE_KEY: 'a key of the tests',
    ...options.env,
  };
  const elector = [process.execPath, runtime, 'elect', ...flagsOf(options)];
  return { words: [...WITH_HOSTS, hostsIn(folder), ...elector], env };
}

function flagsOf(options: ElectorOptions): readonly string[] {
  const { group, timing, routing, asksPeersFor, peers, folder, address, credentials, applicationFlags } =
    options;
  const { leaseDuration, renewDeadline, retryPeriod, killAfter } = timing;
  const flags = {
    'lease-name': group,
    'lease-duration': seconds(leaseDuration),
    'renew-deadline': seconds(renewDeadline),
    'retry-period': seconds(retryPeriod),
    'kill-after': seconds(killAfter),
    ...applicationFlags,
    routing,
    ...(routing === 'endpoint-slice' && {
      service: group,
      slice: group,
      'slice-port': 'http:80/TCP',
    }),
    'role-label': ROLE.label,
    'leader-value': ROLE.leader,
    'standby-value': ROLE.standby,
    peers: peers.join(','),
    'app-start-timeout': START_TIMEOUT,
    dir: join(folder, 'ha'),
    listen: `${address}:${PORT}`,
    credentials,
    ...(asksPeersFor !== undefined && {
      'failsafe-service': PEER_SERVICE,
      'failsafe-longest': seconds(asksPeersFor),
    }),
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
