/** What is measured: one service of three members, elected by this project's runtime and by client-go. */
import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { RUNTIME_IMAGE } from '../../cluster/images';
import {
  AppCheck,
  ContainerSecurity,
  ElectionTiming,
  LeaderElectedService,
  type LeaderElectedServiceProps,
  LeaderRouting,
  Standby,
  StatefulStore,
  type SystemChart,
  fromField,
} from '../../lib';
import { RUNTIME_LABEL_ANNOTATION } from '../../lib/kube/labels';

export const APP_IMAGE = 'registry.example/bench-app:1.0.0';
export const CLIENT_GO_IMAGE = 'registry.example/bench-client-go:1.0.0';

/** The Service's port, and the application's behind it. */
export const PORT = 7000;

export type Election = 'runtime' | 'client-go';

export interface Subject {
  /** Of its pods, Service and Lease. */
  readonly name: string;
  readonly election: Election;
  readonly shows: string;

  /** The peer's flags. */
  readonly times: readonly string[];
  readonly add: (chart: SystemChart, replicas?: number, name?: string) => void;
}

const answers = { name: 'answers', port: PORT };
const tiny = { requests: { cpu: '10m', memory: '16Mi' } };
const common = { ports: [answers], resources: tiny, security: ContainerSecurity.restricted({ user: 1000 }) };

/** Groups of more than three members share nodes. */
const spreadOf = (replicas: number) =>
  ({ spread: { host: replicas > 3 ? 'preferred' : 'required' } }) as const;

export const SUBJECTS: readonly Subject[] = [
  runtime('slice', LeaderRouting.endpointSlice(), 'this runtime, by slice, 10 s'),
  runtime('label', LeaderRouting.label(), 'this runtime, by label, 10 s'),
  clientGo('client-go-15s', { lease: 15, renew: 10, retry: 2 }, 'client-go, its defaults, 15 s'),
  clientGo('client-go-10s', { lease: 10, renew: 7, retry: 2.5 }, "client-go at this runtime's timing, 10 s"),
];

export function serviceOf(name: string): string {
  return `${name}-leader`;
}

function runtime(subject: string, routing: LeaderElectedServiceProps['routing'], shows: string): Subject {
  return {
    name: subject,
    election: 'runtime',
    shows,
    times: [],
    add: (chart, replicas = 3, name = subject) => {
      new LeaderElectedService(chart, name, {
        ...common,
        ...spreadOf(replicas),
        name,
        replicas,
        image: APP_IMAGE,
        runtimeImage: RUNTIME_IMAGE,
        electorResources: tiny,
        command: ['/app', 'serve', `:${PORT}`],
        env: { POD_NAME: fromField('metadata.name') },
        election: ElectionTiming.default,
        routing,
        standby: Standby.cold({ check: AppCheck.tcp(answers) }),
        leaderService: { name: serviceOf(name), ports: [{ name: 'answers', port: PORT, target: answers }] },
      });
    },
  };
}

interface Seconds {
  readonly lease: number;
  readonly renew: number;
  readonly retry: number;
}

function clientGo(subject: string, { lease, renew, retry }: Seconds, shows: string): Subject {
  const times = [`--lease-duration=${lease}s`, `--renew-deadline=${renew}s`, `--retry-period=${retry}s`];
  return {
    name: subject,
    election: 'client-go',
    shows,
    times,
    add: (chart, replicas = 3, name = subject) => {
      new StatefulStore(chart, name, {
        ...common,
        ...spreadOf(replicas),
        name,
        replicas,
        image: CLIENT_GO_IMAGE,
        args: [`--lease=${name}`, `--listen=:${PORT}`, ...times],
        env: { POD_NAME: fromField('metadata.name'), POD_NAMESPACE: fromField('metadata.namespace') },
        podManagement: 'Parallel',
        podLabels: { role: 'backup' },
        serviceAccountName: name,
        automountServiceAccountToken: true,
        terminationGracePeriod: Duration.seconds(15),
      });
      addAccount(chart, name);
      new k8s.KubeService(chart, `${name}-leader-service`, {
        metadata: { name: serviceOf(name), annotations: { [RUNTIME_LABEL_ANNOTATION]: 'role' } },
        spec: {
          selector: { 'app.kubernetes.io/instance': name, role: 'master' },
          ports: [{ name: 'answers', port: PORT }],
        },
      });
    },
  };
}

function addAccount(chart: SystemChart, name: string): void {
  const metadata = { name };
  new k8s.KubeServiceAccount(chart, `${name}-account`, { metadata });
  new k8s.KubeRole(chart, `${name}-role`, {
    metadata,
    rules: [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['patch'] },
    ],
  });
  new k8s.KubeRoleBinding(chart, `${name}-role-binding`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: chart.namespace }],
  });
}

/** Clients, one on each of three nodes. */
export function addClients(chart: SystemChart): void {
  new StatefulStore(chart, 'client', {
    name: 'client',
    image: APP_IMAGE,
    command: ['tail', '-f', '/dev/null'],
    replicas: 3,
    podManagement: 'Parallel',
    resources: tiny,
    security: common.security,
    terminationGracePeriod: Duration.seconds(1),
  });
}
