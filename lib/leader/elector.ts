/** The elector's container: this side of docs/decisions/0002-runtime-contract.md. */
import { Duration } from 'cdk8s';
import { type ContainerProps, type Resources, protocolOf } from '../workload/container';
import { fromField } from '../workload/env';
import { Probe } from '../workload/probe';
import { ContainerSecurity } from '../workload/security';
import { PodVolume } from '../workload/volume';
import {
  ELECTOR_RESOURCES,
  type Elected,
  type Embedded,
  memberDomainOf,
  membersOf,
  slicesOf,
} from './leader-elected-service-resolved';
import { SHARED_FOLDER, SHARED_MOUNT } from './shared-folder';
import type { HttpHook } from './standby';

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A user without a name in any image. */
const ELECTOR_USER = 65532;

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

export function electorContainer(group: Elected): ContainerProps {
  const { runtimeImage, electorPort: port, electorResources, apiOutage } = group;
  const answers = { port, path: '/healthz', timeout: Duration.seconds(2) };
  const container = runtimeContainer(
    'elector',
    runtimeImage,
    ['elect', ...electorFlags(group)],
    electorResources,
  );
  return {
    ...container,
    env: { ...container.env, ...(apiOutage.kind === 'ask-peers' && { FAILSAFE_KEY: apiOutage.key }) },
    ports: [{ name: 'elector', port }],
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
    mounts: [SHARED_MOUNT, { volume: token, path: TOKEN_FOLDER, readOnly: true }],
  };
}

/** Creates the Lease if there is none, for an image that elects by itself but expects one. */
export function ensureLeaseContainer({ runtimeImage, names, leaseDuration }: Embedded): ContainerProps {
  const flags = [`--lease-name=${names.lease}`, `--lease-duration=${flagOf(leaseDuration)}`];
  return {
    ...runtimeContainer('ensure-lease', runtimeImage, ['ensure-lease', ...flags], ELECTOR_RESOURCES),
    mounts: [{ volume: token, path: TOKEN_FOLDER, readOnly: true }],
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
      POD_IPS: fromField('status.podIPs'),
      NODE_NAME: fromField('spec.nodeName'),
    },
    resources,
    security: ContainerSecurity.restricted({ user: ELECTOR_USER }),
  };
}

function electorFlags(group: Elected): string[] {
  const { names, election: timing, standby, role } = group;
  const { onPromote, onDemote } = standby.hooks;
  return [
    `--lease-name=${names.lease}`,
    `--lease-duration=${flagOf(timing.leaseDuration)}`,
    `--renew-deadline=${flagOf(timing.renewDeadline)}`,
    `--retry-period=${flagOf(timing.retryPeriod)}`,
    `--kill-after=${flagOf(timing.killAfter)}`,
    `--standby=${standby.kind}`,
    ...routingFlags(group),
    `--role-label=${role.key}`,
    `--leader-value=${role.leader}`,
    `--standby-value=${role.standby}`,
    `--peers=${membersOf(group).join(',')}`,
    `--app-check=${standby.check.kind === 'exec' ? 'gate' : standby.check.url}`,
    `--app-start-timeout=${flagOf(standby.startTimeout)}`,
    ...(onPromote ? [`--on-promote=${urlOf(onPromote)}`] : []),
    ...(onDemote ? [`--on-demote=${urlOf(onDemote)}`] : []),
    `--dir=${SHARED_FOLDER}`,
    `--listen=$(POD_IP):${group.electorPort}`,
    ...failsafeFlags(group),
  ];
}

function routingFlags(group: Elected): string[] {
  if (group.routing.kind === 'label') return ['--routing=label'];
  const { name, ports } = group.leaderService;
  return [
    '--routing=endpoint-slice',
    `--service=${name}`,
    ...slicesOf(group).map(
      ({ name, family }) => `--slice=${name}${family === undefined ? '' : `/${family}`}`,
    ),
    ...ports.map(({ name, target }) => `--slice-port=${name}:${target.port}/${protocolOf(target)}`),
  ];
}

function failsafeFlags(group: Elected): string[] {
  const { apiOutage } = group;
  if (apiOutage.kind === 'stop') return [];
  return [`--failsafe-service=${memberDomainOf(group)}`, `--failsafe-longest=${flagOf(apiOutage.atMost)}`];
}

function urlOf({ port, path, address }: Required<HttpHook>): string {
  return `http://${address === 'loopback' ? '127.0.0.1' : '$(POD_IP)'}:${port}${path}`;
}

function flagOf(duration: Duration): string {
  return `${duration.toMilliseconds() / 1000}s`;
}
