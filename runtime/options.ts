/** The command line and the environment: all that is wrong is said at once. */
import { parseArgs } from 'node:util';
import { type TimingMilliseconds, timingProblems } from '../lib/leader/timing-rules';
import type { AppCheck } from './app-check';

export type ElectOptions = CommonOptions & (ColdOptions | HotOptions);

export interface ColdOptions {
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

  /** Undefined with routing by label. */
  readonly slice?: {
    readonly service: string;
    readonly name: string;
    readonly ports: readonly { readonly name: string; readonly port: number }[];
  };

  readonly role: { readonly label: string; readonly leader: string; readonly standby: string };
  readonly peers: readonly string[];
  readonly appStartTimeout: number;
  readonly folder: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly credentials: string;
}

export interface EnsureLeaseOptions {
  readonly lease: string;
  readonly leaseDuration: number;
  readonly credentials: string;
}

/** What the downward API says of the pod. */
export interface PodEnvironment {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly namespace: string;
  readonly node: string;
}

export interface ApiAddress {
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

/** The call was wrong; each problem is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `  ${problem}`).join('\n'));
  }
}

const FLAGS = {
  'lease-name': { type: 'string' },
  'lease-duration': { type: 'string' },
  'renew-deadline': { type: 'string' },
  'retry-period': { type: 'string' },
  'kill-after': { type: 'string' },
  standby: { type: 'string' },
  routing: { type: 'string' },
  service: { type: 'string' },
  slice: { type: 'string' },
  'slice-port': { type: 'string', multiple: true },
  'role-label': { type: 'string' },
  'leader-value': { type: 'string' },
  'standby-value': { type: 'string' },
  peers: { type: 'string' },
  'app-check': { type: 'string' },
  'app-start-timeout': { type: 'string' },
  'on-promote': { type: 'string' },
  'on-demote': { type: 'string' },
  dir: { type: 'string' },
  listen: { type: 'string' },
  credentials: { type: 'string' },
} as const;

/** Where Kubernetes mounts the pod's account. */
const CREDENTIALS = '/var/run/secrets/kubernetes.io/serviceaccount';

/** @throws UsageError */
export function readCommand(words: readonly string[], env: NodeJS.ProcessEnv): Command {
  const [command = '', ...rest] = words;
  const reader = new Reader(rest, env);
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

function electOptions(reader: Reader): ElectOptions {
  const standby = standbyOf(reader);
  const slice =
    reader.oneOf('routing', ['endpoint-slice', 'label']) === 'label'
      ? undefined
      : { service: reader.text('service'), name: reader.text('slice'), ports: reader.ports('slice-port') };
  const peers = peersOf(reader);
  const role = {
    label: reader.text('role-label'),
    leader: reader.text('leader-value'),
    standby: reader.text('standby-value'),
  };
  reader.require(role.leader !== role.standby, '--leader-value and --standby-value differ');
  reader.require(/^\S*$/.test(role.label), `--role-label=${role.label}: this is the key of a label`);
  return {
    lease: reader.text('lease-name'),
    timing: timingOf(reader),
    ...standby,
    ...(slice && { slice }),
    role,
    peers,
    appStartTimeout: reader.milliseconds('app-start-timeout'),
    folder: reader.text('dir', '/run/ha'),
    listen: reader.address('listen'),
    credentials: reader.text('credentials', CREDENTIALS),
  };
}

function standbyOf(reader: Reader): ColdOptions | HotOptions {
  const standby = reader.oneOf('standby', ['cold', 'hot']);
  const [onPromote, onDemote] = [reader.hook('on-promote', standby), reader.hook('on-demote', standby)];
  if (standby === 'cold' && reader.text('app-check') === 'gate') return { standby, appCheck: 'gate' };
  const appCheck = reader.url('app-check', ['http:', 'tcp:']);
  if (standby === 'cold') return { standby, appCheck };
  return { standby, appCheck, ...(onPromote && { onPromote }), ...(onDemote && { onDemote }) };
}

function peersOf(reader: Reader): string[] {
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

function timingOf(reader: Reader): TimingMilliseconds {
  const timing = {
    leaseDuration: reader.milliseconds('lease-duration'),
    renewDeadline: reader.milliseconds('renew-deadline'),
    retryPeriod: reader.milliseconds('retry-period'),
    killAfter: reader.milliseconds('kill-after'),
  };
  if (Object.values(timing).includes(NaN)) return timing;
  for (const { property, value, rule, remedy } of timingProblems(timing)) {
    const flag = property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    reader.require(false, `--${flag} = ${String(value)}: ${rule}; ${remedy}`);
  }
  return timing;
}

function environmentOf(reader: Reader): { pod: PodEnvironment; api: ApiAddress } {
  const port = reader.variable('KUBERNETES_SERVICE_PORT');
  reader.require(isPort(port) || port === '', `KUBERNETES_SERVICE_PORT = ${port}: this is a port`);
  return {
    pod: {
      name: reader.variable('POD_NAME'),
      uid: reader.variable('POD_UID'),
      ip: reader.variable('POD_IP'),
      namespace: reader.variable('POD_NAMESPACE'),
      node: reader.variable('NODE_NAME'),
    },
    api: { host: reader.variable('KUBERNETES_SERVICE_HOST'), port: Number(port) },
  };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65535;
}

/** Reads values, and keeps what is wrong with them for the end. */
class Reader {
  private readonly problems: string[] = [];
  private readonly missing = new Set<string>();
  private readonly values: Readonly<Record<string, string | readonly string[] | undefined>>;

  constructor(
    words: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.values = this.parse(words);
  }

  require(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  done(): void {
    const missing = [...this.missing].map((name) => `${name} is missing`);
    if (missing.length + this.problems.length > 0) throw new UsageError([...missing, ...this.problems]);
  }

  text(flag: keyof typeof FLAGS, fallback = ''): string {
    const value = this.values[flag] ?? fallback;
    if (typeof value === 'string' && value !== '') return value;
    this.missing.add(`--${flag}`);
    return '';
  }

  variable(name: string): string {
    const value = this.env[name] ?? '';
    if (value === '') this.missing.add(name);
    return value;
  }

  oneOf<T extends string>(flag: keyof typeof FLAGS, words: readonly [T, ...T[]]): T {
    const value = this.text(flag);
    const known = words.find((word) => word === value);
    this.require(known !== undefined || value === '', `--${flag}=${value}: use ${words.join(' or ')}`);
    return known ?? words[0];
  }

  /** `2.5s`, in the gate's steps of 10 ms. NaN, with a problem noted, for anything else. */
  milliseconds(flag: keyof typeof FLAGS): number {
    const value = this.text(flag);
    const [, seconds] = /^(\d+(?:\.\d{1,2}0?)?)s$/.exec(value) ?? [];
    const isTime = seconds !== undefined && Number(seconds) > 0;
    this.require(
      isTime || value === '',
      `--${flag}=${value}: this is a time such as 2.5s, in steps of 0.01s`,
    );
    return isTime ? Math.round(1000 * Number(seconds)) : NaN;
  }

  ports(flag: 'slice-port'): { name: string; port: number }[] {
    const values = this.values[flag] ?? [];
    this.require(values.length > 0, `--${flag} is missing`);
    return [values].flat().map((value) => {
      const [, name = '', number = ''] = /^([a-z0-9-]+):(\d{1,5})$/.exec(value) ?? [];
      this.require(name !== '' && isPort(number), `--${flag}=${value}: this is NAME:PORT`);
      return { name, port: Number(number) };
    });
  }

  url(flag: keyof typeof FLAGS, protocols: readonly string[]): URL {
    const value = this.text(flag);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const hasPort = url !== undefined && (isPort(url.port) || (url.protocol !== 'tcp:' && url.port === ''));
    const isGood = hasPort && protocols.includes(url.protocol) && url.hostname !== '';
    const shown = protocols.map((protocol) => `${protocol}//ADDRESS:PORT`).join(' or ');
    this.require(isGood || value === '', `--${flag}=${value}: use ${shown}`);
    return url ?? new URL('tcp://invalid');
  }

  hook(flag: 'on-promote' | 'on-demote', standby: 'cold' | 'hot'): URL | undefined {
    if (this.values[flag] === undefined) return undefined;
    this.require(
      standby !== 'cold',
      `--${flag} is for --standby=hot: a cold standby's application is started instead`,
    );
    return this.url(flag, ['http:']);
  }

  address(flag: 'listen'): { host: string; port: number } {
    const value = this.text(flag);
    const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(value) ?? [];
    this.require((host !== '' && isPort(port)) || value === '', `--${flag}=${value}: this is ADDRESS:PORT`);
    return { host, port: Number(port) };
  }

  private parse(words: readonly string[]): Readonly<Record<string, string | readonly string[] | undefined>> {
    try {
      return parseArgs({ args: [...words], options: FLAGS }).values;
    } catch (error) {
      this.problems.push(error instanceof Error ? error.message : String(error));
      return {};
    }
  }
}
