/** Reads the words of the command line and the environment, and keeps what is wrong with them for the end. */
import { isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';
import type { SlicePort, SliceTarget } from './routing/slice';

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
  slice: { type: 'string', multiple: true },
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
  'failsafe-service': { type: 'string' },
  'failsafe-longest': { type: 'string' },
  credentials: { type: 'string' },
} as const;

const FAMILIES = ['IPv4', 'IPv6'] as const;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

export class OptionReader {
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

  /** Whether it is said at all. */
  has(flag: keyof typeof FLAGS): boolean {
    return this.values[flag] !== undefined;
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

  /** The pod's. */
  get addresses(): readonly string[] {
    return this.variable('POD_IPS')
      .split(',')
      .filter((address) => address !== '');
  }

  /** Each with the pod's address of its family; of the first family if none is said. */
  slices(flag: 'slice'): Pick<SliceTarget, 'name' | 'family' | 'address'>[] {
    return this.list(flag).map((value) => {
      const [name = '', said = familyOf(this.addresses[0] ?? '')] = value.split('/');
      const family = FAMILIES.find((known) => known === said);
      const address = this.addresses.find((each) => familyOf(each) === said);
      this.require(
        name !== '' && family !== undefined,
        `--${flag}=${value}: this is NAME, NAME/IPv4 or NAME/IPv6`,
      );
      this.require(
        address !== undefined || family === undefined || this.addresses.length === 0,
        `--${flag}=${value}: this pod has no ${said} address (POD_IPS = ${this.addresses.join()}): the cluster is not dual-stack`,
      );
      return { name, family: family ?? 'IPv4', address: address ?? '' };
    });
  }

  ports(flag: 'slice-port'): SlicePort[] {
    return this.list(flag).map((value) => {
      const [, name = '', number = '', said = ''] = /^([a-z0-9-]+):(\d{1,5})\/([A-Z]+)$/.exec(value) ?? [];
      const protocol = PROTOCOLS.find((known) => known === said);
      this.require(
        isPort(number) && protocol !== undefined,
        `--${flag}=${value}: this is NAME:PORT/PROTOCOL, with ${PROTOCOLS.join(', ')}`,
      );
      return { name, port: Number(number), protocol: protocol ?? 'TCP' };
    });
  }

  url(flag: keyof typeof FLAGS, protocols: readonly string[]): URL {
    const value = this.bracketed(this.text(flag));
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const hasPort = url !== undefined && (isPort(url.port) || (url.protocol !== 'tcp:' && url.port === ''));
    const isGood = hasPort && protocols.includes(url.protocol) && url.hostname !== '';
    const shown = protocols.map((protocol) => `${protocol}//ADDRESS:PORT`).join(' or ');
    this.require(isGood || value === '', `--${flag}=${value}: use ${shown}`);
    return url ?? new URL('tcp://invalid');
  }

  hook(flag: 'on-promote' | 'on-demote', standby: 'cold' | 'hot'): URL | undefined {
    if (!this.has(flag)) return undefined;
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

  private list(flag: 'slice' | 'slice-port'): readonly string[] {
    const values = [this.values[flag] ?? []].flat();
    if (values.length === 0) this.missing.add(`--${flag}`);
    return values;
  }

  /** The kubelet puts an IPv6 address into a URL as it is. */
  private bracketed(url: string): string {
    const address = this.addresses.find((each) => isIPv6(each) && url.includes(`//${each}:`));
    return address === undefined ? url : url.replace(`//${address}:`, `//[${address}]:`);
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

function familyOf(address: string): SliceTarget['family'] {
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65535;
}
