/** The command line and the environment: all that is wrong is said at once. */
import { LONGEST_WAIT_MS, type TimingMilliseconds, brokenRelations } from '../lib/leader/timing-rules';
import type { AppCheck } from './app-check';
import { OptionReader, UsageError, isPort } from './option-reader';
import type { SliceTarget } from './routing/slice';

export { UsageError };

export type ElectOptions = CommonOptions & (ColdOptions | HotOptions);

interface ColdOptions {
  readonly standby: 'cold';
  readonly appCheck: AppCheck;
}

export interface HotOptions {
  readonly standby: 'hot';
  readonly appCheck: URL;
  readonly onPromote?: URL;
  readonly onDemote?: URL;
}

interface CommonOptions {
  readonly lease: string;
  readonly timing: TimingMilliseconds;

  /** One for each address family of the Service; none with routing by label. */
  readonly slices: readonly SliceTarget[];

  readonly role: { readonly label: string; readonly leader: string; readonly standby: string };
  readonly peers: readonly string[];
  readonly appStartTimeout: number;
  readonly folder: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly credentials: string;
  readonly failsafe?: FailsafeOptions;
}

/** How a leader goes on while the API server is away. */
interface FailsafeOptions {
  /** DNS name of the Service under which each pod has its name. */
  readonly service: string;

  /** Milliseconds after the last renewal. */
  readonly longest: number;

  /** What the members sign with. */
  readonly key: string;
}

interface EnsureLeaseOptions {
  readonly lease: string;
  readonly leaseDuration: number;
  readonly credentials: string;
}

/** What the downward API says of the pod. */
interface PodEnvironment {
  readonly name: string;
  readonly uid: string;

  /** One for each address family; the first is the cluster's main one. */
  readonly addresses: readonly string[];
  readonly namespace: string;
  readonly node: string;
}

interface ApiAddress {
  readonly host: string;
  readonly port: number;
}

export type Command =
  | {
      readonly command: 'elect';
      readonly options: ElectOptions;
      readonly pod: PodEnvironment;
      readonly api: ApiAddress;
    }
  | {
      readonly command: 'ensure-lease';
      readonly options: EnsureLeaseOptions;
      readonly pod: PodEnvironment;
      readonly api: ApiAddress;
    };

/** Where Kubernetes mounts the pod's account. */
const CREDENTIALS = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Characters. A shorter one could be guessed. */
const SHORTEST_KEY = 16;

/** @throws UsageError */
export function readCommand(words: readonly string[], env: NodeJS.ProcessEnv): Command {
  const [command = '', ...rest] = words;
  const reader = new OptionReader(rest, env);
  if (command === 'elect') {
    const options = electOptions(reader);
    const { pod, api } = environmentOf(reader);
    reader.done();
    return { command, options, pod, api };
  }
  if (command === 'ensure-lease') {
    const options = {
      lease: reader.text('lease-name'),
      leaseDuration: reader.milliseconds('lease-duration'),
      credentials: reader.text('credentials', CREDENTIALS),
    };
    const { pod, api } = environmentOf(reader);
    reader.done();
    return { command, options, pod, api };
  }
  throw new UsageError([`'${command}' is no command: use 'elect' or 'ensure-lease'`]);
}

function electOptions(reader: OptionReader): ElectOptions {
  const standby = standbyOf(reader);
  const slices = reader.oneOf('routing', ['endpoint-slice', 'label']) === 'label' ? [] : slicesOf(reader);
  const peers = peersOf(reader);
  const role = {
    label: reader.text('role-label'),
    leader: reader.text('leader-value'),
    standby: reader.text('standby-value'),
  };
  reader.require(role.leader !== role.standby, '--leader-value and --standby-value differ');
  reader.require(/^\S*$/.test(role.label), `--role-label=${role.label}: this is the key of a label`);
  const timing = timingOf(reader);
  const failsafe = failsafeOf(reader, timing);
  return {
    lease: reader.text('lease-name'),
    timing,
    ...standby,
    slices,
    role,
    peers,
    appStartTimeout: reader.milliseconds('app-start-timeout'),
    folder: reader.text('dir', '/run/ha'),
    listen: reader.address('listen'),
    credentials: reader.text('credentials', CREDENTIALS),
    ...(failsafe && { failsafe }),
  };
}

function slicesOf(reader: OptionReader): SliceTarget[] {
  const service = reader.text('service');
  const ports = reader.ports('slice-port');
  return reader.slices('slice').map((slice) => ({ service, ports, ...slice }));
}

function standbyOf(reader: OptionReader): ColdOptions | HotOptions {
  const standby = reader.oneOf('standby', ['cold', 'hot']);
  const [onPromote, onDemote] = [reader.hook('on-promote', standby), reader.hook('on-demote', standby)];
  if (standby === 'cold' && reader.text('app-check') === 'gate') return { standby, appCheck: 'gate' };
  const appCheck = reader.url('app-check', ['http:', 'tcp:']);
  if (standby === 'cold') return { standby, appCheck };
  return { standby, appCheck, ...(onPromote && { onPromote }), ...(onDemote && { onDemote }) };
}

function peersOf(reader: OptionReader): string[] {
  const text = reader.text('peers');
  const peers = text.split(',');
  const isList = new Set(peers).size === peers.length && !peers.includes('');
  reader.require(isList || text === '', `--peers=${text} names a pod twice, or none`);
  reader.require(
    peers.includes(reader.variable('POD_NAME')) || text === '',
    `--peers=${text} does not name this pod: the names of all pods of the group, with commas`,
  );
  return peers;
}

function timingOf(reader: OptionReader): TimingMilliseconds {
  const timing = {
    leaseDuration: reader.milliseconds('lease-duration'),
    renewDeadline: reader.milliseconds('renew-deadline'),
    retryPeriod: reader.milliseconds('retry-period'),
    killAfter: reader.milliseconds('kill-after'),
  };
  if (Object.values(timing).includes(NaN)) return timing;
  for (const { property, value, rule, remedy } of brokenRelations(timing)) {
    const flag = property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    reader.require(false, `--${flag} = ${value}: ${rule}; ${remedy}`);
  }
  return timing;
}

function failsafeOf(
  reader: OptionReader,
  { leaseDuration }: TimingMilliseconds,
): FailsafeOptions | undefined {
  if (!reader.has('failsafe-service') && !reader.has('failsafe-longest')) return undefined;
  const key = reader.variable('FAILSAFE_KEY');
  const longest = reader.milliseconds('failsafe-longest');
  reader.require(
    key === '' || key.length >= SHORTEST_KEY,
    `FAILSAFE_KEY has ${key.length} characters: at least ${SHORTEST_KEY}, of a random kind`,
  );
  reader.require(
    !(longest < leaseDuration || longest > LONGEST_WAIT_MS) &&
      (Number.isNaN(longest) || longest % 1000 === 0),
    `--failsafe-longest = ${longest / 1000} s: whole seconds, not less than --lease-duration, at most a day`,
  );
  return { service: reader.text('failsafe-service'), longest, key };
}

function environmentOf(reader: OptionReader): { pod: PodEnvironment; api: ApiAddress } {
  const port = reader.variable('KUBERNETES_SERVICE_PORT');
  reader.require(isPort(port) || port === '', `KUBERNETES_SERVICE_PORT = ${port}: this is a port`);
  return {
    pod: {
      name: reader.variable('POD_NAME'),
      uid: reader.variable('POD_UID'),
      addresses: reader.addresses,
      namespace: reader.variable('POD_NAMESPACE'),
      node: reader.variable('NODE_NAME'),
    },
    api: { host: reader.variable('KUBERNETES_SERVICE_HOST'), port: Number(port) },
  };
}
