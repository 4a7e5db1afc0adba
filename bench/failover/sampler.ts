/** A client in the cluster that opens a connection every 5 ms, and what it has recorded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { clusterArguments, kubectlProgram } from '../../cluster/kubectl';
import { type Connection, parseConnection } from './record';

/** As in bench/images/app/sample.go. */
const FIRST_PORT = 10_000;
const PORTS = 50_000;

/** More than are opened while the last line is on its way. */
const PORTS_APART = 1000;

/** The next port of each client for each target: none is used again while a node may remember it. */
const nextPorts = new Map<string, number>();

export interface Sampling {
  /** In the order of their ends. */
  readonly record: readonly Connection[];

  /** Ends it. */
  readonly stop: () => Promise<void>;
}

export function sample(namespace: string, client: string, target: string): Sampling {
  const route = `${client} ${target}`;
  const port = nextPorts.get(route) ?? FIRST_PORT;
  const command = ['/app', 'sample', '--target', target, '--from-port', String(port)];
  const exec = ['exec', '-i', client, '-n', namespace, '--', ...command];
  const child = spawn(kubectlProgram(), [...clusterArguments(), ...exec], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const record: Connection[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => record.push(parseConnection(line)));
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return {
    record,
    stop: async () => {
      child.stdin.end();
      await ended;
      if (child.exitCode !== 0) throw new Error(`${client} ended with ${child.exitCode ?? 'a signal'}`);
      nextPorts.set(route, FIRST_PORT + ((port - FIRST_PORT + record.length + PORTS_APART) % PORTS));
    },
  };
}
