/**
 * The electors of many groups in one process, for what they ask of the API server:
 * `many-groups-worker.js CREDENTIALS HOST PORT`. Their pods are objects only, and what they elect runs on all members.
 */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ElectionTiming } from '../../lib';
import { kernelClock } from '../../runtime/clock';
import { Elector } from '../../runtime/elector';
import { DeadlineFile } from '../../runtime/gate/deadline-file';
import { HttpApplication } from '../../runtime/gate/hot-application';
import { HotGate } from '../../runtime/gate/hot-gate';
import { Api } from '../../runtime/kubernetes/api';
import { LeaseClient } from '../../runtime/kubernetes/lease';
import { Metrics } from '../../runtime/metrics';
import { ForeignTerms } from '../../runtime/routing/foreign-terms';
import { RoleLabels, podOf } from '../../runtime/routing/roles';
import { Router } from '../../runtime/routing/router';
import { SliceRoute } from '../../runtime/routing/slice';
import { uptime } from '../../runtime/uptime';
import { GROUPS, MEMBERS, NAMESPACE, groupName, memberName } from './many-groups';

const APP_PORT = 17_000;
const START_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** An address of documents: the API server refuses an endpoint on the loopback. */
const NOBODY = '192.0.2.1';

const appCheck = new URL(`tcp://127.0.0.1:${APP_PORT}`);
const role = { label: 'role', leader: 'master', standby: 'backup' };
const timing = {
  leaseDuration: ElectionTiming.default.leaseDuration.toMilliseconds(),
  renewDeadline: ElectionTiming.default.renewDeadline.toMilliseconds(),
  retryPeriod: ElectionTiming.default.retryPeriod.toMilliseconds(),
  killAfter: ElectionTiming.default.killAfter.toMilliseconds(),
};

async function stand(
  server: ConstructorParameters<typeof Api>[0],
  group: number,
  member: number,
): Promise<void> {
  const api = new Api(server);
  const lease = groupName(group);
  const name = memberName(group, member);
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
  const { uid } = podOf((await api.call({ method: 'GET', path, timeout: REQUEST_TIMEOUT_MS })).body).metadata;
  const identity = `${name}_${uid}`;
  const pod = { name, uid, node: 'none' };
  const peers = Array.from({ length: MEMBERS }, (_, index) => memberName(group, index));
  const told = { foreign: new ForeignTerms(uptime), onNotice: () => undefined };
  const route = {
    namespace: NAMESPACE,
    service: lease,
    name: lease,
    family: 'IPv4',
    address: NOBODY,
    ports: [{ name: 'app', port: APP_PORT, protocol: 'TCP' }],
    pod,
    ...told,
  } as const;
  const elector = new Elector({
    settings: {
      identity,
      pod: name,
      startTimeout: START_TIMEOUT_MS,
      timing,
      bootedAt: Date.now() - uptime(),
    },
    leaseName: lease,
    api,
    lease: new LeaseClient(api, {
      namespace: NAMESPACE,
      name: lease,
      identity,
      leaseDuration: timing.leaseDuration,
    }),
    gate: new HotGate({
      deadline: new DeadlineFile(mkdtempSync(join(tmpdir(), 'cdk8s-ha-'))),
      application: new HttpApplication({ check: appCheck }),
      clock: kernelClock,
      onRefusal: () => undefined,
    }),
    router: new Router({
      api,
      pod: name,
      slices: [new SliceRoute(api, route)],
      roles: new RoleLabels(api, { namespace: NAMESPACE, pod: name, uid, peers, ...role, ...told }),
      ...told,
      onRouted: () => undefined,
      onDeletion: () => undefined,
    }),
    appCheck,
    clock: uptime,
    onNote: () => undefined,
    onExit: () => undefined,
  });
  const metrics = new Metrics({
    group: `${NAMESPACE}/${lease}`,
    state: () => elector.state,
    routedTerm: () => undefined,
    watches: (resource) => api.watches.count(resource),
    clock: uptime,
  });
  elector.start(metrics, new AbortController().signal);
}

async function main([credentials = '', host = '', port = '']: string[]): Promise<void> {
  createServer((socket) => socket.resume()).listen(APP_PORT, '127.0.0.1');
  const server = { host, port: Number(port), credentials };
  for (let index = 0; index < GROUPS * MEMBERS; index += 1)
    await stand(server, Math.floor(index / MEMBERS), index % MEMBERS);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
