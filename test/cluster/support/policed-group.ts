/** A group that is elected under admission policies, and what it is called. */
import { RUNTIME_IMAGE } from '../../../cluster/images';
import {
  AppCheck,
  LeaderElectedService,
  type RuntimeElectionProps,
  Standby,
  type SystemChart,
} from '../../../lib';
import { IMAGE, UNHURRIED, security } from './memcache';

export const NAME = 'app';
export const SERVICE = `${NAME}-leader`;
export const MEMBERS: readonly string[] = [`${NAME}-0`, `${NAME}-1`];

/** Where its program says who answers. */
export const ECHO = { name: 'echo', port: 7000 };

export const SMALL = { requests: { cpu: '10m', memory: '32Mi' } };

const PROGRAM = `
require('node:net')
  .createServer((socket) => socket.on('error', () => undefined).end(process.env.HOSTNAME))
  .listen(${ECHO.port});
`;

export function addGroup(chart: SystemChart, props: Partial<RuntimeElectionProps> = {}): void {
  new LeaderElectedService(chart, NAME, {
    name: NAME,
    replicas: MEMBERS.length,
    image: IMAGE,
    command: ['node', '-e', PROGRAM],
    ports: [ECHO],
    security,
    resources: SMALL,
    electorResources: SMALL,
    runtimeImage: RUNTIME_IMAGE,
    election: UNHURRIED,
    standby: Standby.cold({ check: AppCheck.tcp(ECHO) }),
    leaderService: { name: SERVICE, ports: [{ name: 'echo', port: ECHO.port, target: ECHO }] },
    admissionPolicy: true,
    ...props,
  });
}
