/** Leader-elected groups with the least that each kind of election needs. */
import {
  AppCheck,
  type EmbeddedElectionProps,
  LeaderElectedService,
  type RuntimeElectionProps,
  Standby,
} from '../../lib';
import { type Rendering, rendered } from './workloads';

export const HTTP = { name: 'http', port: 8080 };

const COMMON = {
  name: 'app',
  image: 'registry.example/app:1.0.0',
  replicas: 2,
  ports: [HTTP],
  runtimeImage: 'registry.example/runtime:0.1.0',
  leaderService: { name: 'app-leader', ports: [{ name: 'http', port: 80, target: HTTP }] },
};

export const COLD: RuntimeElectionProps = {
  ...COMMON,
  command: ['/app'],
  standby: Standby.cold({ check: AppCheck.http(HTTP, '/health') }),
};

export const HOT: RuntimeElectionProps = {
  ...COMMON,
  standby: Standby.hot({ check: AppCheck.tcp(HTTP) }),
};

export const EMBEDDED: EmbeddedElectionProps = { ...COMMON, election: 'embedded' };

export function group(props: Partial<RuntimeElectionProps> = {}): Rendering {
  return rendered((scope) => new LeaderElectedService(scope, 'group', { ...COLD, ...props }));
}

export function hot(props: Partial<RuntimeElectionProps> = {}): Rendering {
  return rendered((scope) => new LeaderElectedService(scope, 'group', { ...HOT, ...props }));
}

export function embedded(props: Partial<EmbeddedElectionProps> = {}): Rendering {
  return rendered((scope) => new LeaderElectedService(scope, 'group', { ...EMBEDDED, ...props }));
}
