/** One member that leads, as processes of this machine: this runtime's elector, gate and application, or the peer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join, resolve } from 'node:path';
import { electorCommand, hostsIn } from '../../cluster/processes/elector-command';
import { AS_PROCESS_1 } from '../../cluster/processes/programs';
import { type Command, Supervised } from '../../cluster/processes/supervised';
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import { type Access, writeKubeconfig } from '../electors';
import { CLIENT_GO_PROGRAM } from '../footprint/start';
import { Relay } from './relay';

export const SUBJECTS = { runtime: 'this runtime', 'client-go': 'client-go' } as const;

export type Subject = keyof typeof SUBJECTS;

export interface MemberOptions {
  readonly subject: Subject;
  readonly timing: TimingMilliseconds;

  /** Of its Lease and of its pod. */
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;

  /** Of this machine, for itself alone. */
  readonly address: string;

  /** For itself alone. */
  readonly folder: string;
  readonly access: Access;
}

/** As bench/images/build leaves it. */
const APP = resolve('bench/images/app/build/app');
const RUNTIME = resolve('runtime/build/runtime.js');
const GATE = resolve('lib/leader/gate.sh');

const PORT = 7000;
const HEALTH_PORT = 8480;
const ANSWER_LIMIT_MS = 1000;

export class Member {
  readonly relay: Relay;
  private containers: readonly Supervised[] = [];

  constructor(private readonly options: MemberOptions) {
    const { host, port } = options.access;
    this.relay = new Relay({ host, port: Number(port) });
  }

  get name(): string {
    return this.options.name;
  }

  async start(): Promise<void> {
    const { subject, folder } = this.options;
    mkdirSync(join(folder, 'ha'), { recursive: true });
    const port = await this.relay.listen();
    const commands =
      subject === 'runtime' ? ourCommands(this.options, port) : [peerCommand(this.options, port)];
    // What they print would be of use only with what else happened; the Lease and the answers say how it went.
    const listener = { onLine: () => undefined, onExit: () => undefined };
    this.containers = commands.map((command) => new Supervised(command, listener));
    for (const container of this.containers) container.start();
  }

  async end(): Promise<void> {
    await Promise.all(this.containers.map((container) => container.end()));
    this.relay.close();
  }

  /** Which lead it is that answers, if one does. */
  answer(): Promise<string | undefined> {
    return new Promise((settle) => {
      const socket: Socket = connect(PORT, this.options.address);
      let text = '';
      socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy());
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => settle(text === '' ? undefined : text.trim()));
    });
  }
}

function ourCommands(options: MemberOptions, proxyPort: number): readonly Command[] {
  const { name, uid, namespace, timing, address, folder, access } = options;
  writeFileSync(hostsIn(folder), '');
  const elector = electorCommand({
    facts: { pod: name, uid, ip: '10.0.0.1' },
    group: name,
    namespace,
    timing,
    routing: 'endpoint-slice',
    peers: [name],
    folder,
    address,
    credentials: access.folder,
    runtime: RUNTIME,
    proxyPort,
    applicationFlags: { standby: 'cold', 'app-check': `tcp://${address}:${PORT}` },
  });
  const gate = {
    words: [...AS_PROCESS_1, 'sh', GATE, APP, 'serve', `${address}:${PORT}`],
    env: { HA_DIR: join(folder, 'ha'), HA_KILL_AFTER: String(timing.killAfter / 10), POD_NAME: name },
  };
  return [elector, gate];
}

function peerCommand(options: MemberOptions, proxyPort: number): Command {
  const { name, namespace, timing, address, folder, access } = options;
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, `https://127.0.0.1:${proxyPort}`, access.folder);
  const flags = {
    kubeconfig,
    lease: name,
    listen: `${address}:${PORT}`,
    health: `${address}:${HEALTH_PORT}`,
    'lease-duration': `${timing.leaseDuration}ms`,
    'renew-deadline': `${timing.renewDeadline}ms`,
    'retry-period': `${timing.retryPeriod}ms`,
  };
  return {
    words: [
      resolve(CLIENT_GO_PROGRAM),
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ],
    env: { POD_NAME: name, POD_NAMESPACE: namespace },
  };
}
