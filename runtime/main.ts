/**
 * The leader-election runtime: `elect` makes one member of a group lead, `ensure-lease` creates a Lease.
 *
 * What it guarantees, and what not, is said at the top of `election/machine.ts`, `routing/slice.ts` and
 * `routing/roles.ts`; what it expects of the pod in docs/decisions/0002-runtime-contract.md.
 */
import { join } from 'node:path';
import { kernelClock } from './clock';
import { Elector } from './elector';
import { alarmEvent } from './gate/alarms';
import { DeadlineFile } from './gate/deadline-file';
import { FifoFolder } from './gate/fifo-folder';
import { FifoGate } from './gate/fifo-gate';
import { HttpApplication } from './gate/hot-application';
import { HotGate, type Refusal } from './gate/hot-gate';
import { refusalEvent } from './gate/refused-hook';
import { serveAnswers, serveControl } from './http-interface';
import { Api } from './kubernetes/api';
import { Budget, allowancesFor } from './kubernetes/budget';
import { Events } from './kubernetes/events';
import { Failures } from './kubernetes/failures';
import { LeaseClient } from './kubernetes/lease';
import type { Outcome } from './kubernetes/outcome';
import { type Logger, createLogger } from './log';
import { Metrics } from './metrics';
import { type Command, type HotOptions, UsageError, readCommand } from './options';
import { Peers } from './peers';
import { type Told, report, servingEvent } from './report';
import { ForeignTerms } from './routing/foreign-terms';
import { type Notice, eventOfNotice } from './routing/notice';
import { RoleLabels } from './routing/roles';
import { Router } from './routing/router';
import { SliceRoute } from './routing/slice';
import { uptime } from './uptime';

/** For `ensure-lease`, which runs before anything else and is retried by the kubelet. */
const ENSURE_TIMEOUT_MS = 10_000;

/** Nothing waits for the end of an elector but its pod. */
const LAST_EVENTS_MS = 1000;

/** The call was wrong: trying again is no use. */
const USAGE_STATUS = 2;

type Elect = Extract<Command, { command: 'elect' }>;
type EnsureLease = Extract<Command, { command: 'ensure-lease' }>;

async function ensureLease({ options, pod, api: server }: EnsureLease): Promise<void> {
  const api = new Api({ ...server, credentials: options.credentials });
  const { lease: name, leaseDuration } = options;
  const lease = new LeaseClient(api, { namespace: pod.namespace, name, identity: '', leaseDuration });
  await lease.ensure(ENSURE_TIMEOUT_MS, leaseDuration);
}

function elect(command: Elect): void {
  const { options, pod } = command;
  const { namespace } = pod;
  const log = createLogger({ pod: pod.name, lease: options.lease });
  const { timing, standby, role, appCheck, peers } = options;
  const failures = new Failures({ log, tell: (event) => events.tell(event), clock: uptime });
  const onOutcome = (outcome: Outcome) => {
    metrics.asked(outcome);
    failures.take(outcome);
  };
  const api = new Api(
    { ...command.api, credentials: options.credentials },
    {
      budget: new Budget(allowancesFor(peers.length)),
      onOutcome,
      onWatchEnd: (resource, end) => metrics.watchEnds.inc({ resource, end }),
      onUnreadable: (reason) => failures.unreadable(reason),
    },
  );
  const events = new Events(api, pod);
  const identity = `${pod.name}_${pod.uid}`;

  const failsafe = options.failsafe && { members: peers, longest: options.failsafe.longest };
  const peerLink = peersOf(command, log);

  const foreign = new ForeignTerms(uptime);
  const onNotice = (notice: Notice) => {
    const { what, ...fields } = notice;
    const event = eventOfNotice(notice);
    log.warn({ ...fields, reason: event.reason }, what);
    events.tell(event);
  };
  let routedTerm: number | undefined;
  let isEnding = false;
  const answeredAt = new Map<number, number>();
  const router = new Router({
    api,
    pod: pod.name,
    slices: options.slices.map(
      (slice) => new SliceRoute(api, { ...slice, namespace, pod, foreign, onNotice }),
    ),
    roles: new RoleLabels(api, {
      namespace,
      pod: pod.name,
      uid: pod.uid,
      peers: options.peers,
      foreign,
      onNotice,
      ...role,
    }),
    foreign,
    onNotice,
    onRouted: (term) => {
      const seconds = (performance.now() - (answeredAt.get(term) ?? performance.now())) / 1000;
      routedTerm = term;
      metrics.routing.observe(seconds);
      const event = servingEvent(term);
      log.info({ term, seconds, reason: event.reason }, 'clients are led here');
      events.tell(event);
    },
    onDeletion: () => {
      // Another may lead before this one's end. One behind a gate has its pod's grace period to end in.
      if (standby === 'hot') elector.leave();
    },
  });
  const coldGate = ({ folder }: { folder: string }) =>
    new FifoGate({
      folder: new FifoFolder(folder),
      clock: kernelClock,
      margin: timing.leaseDuration - timing.renewDeadline - timing.killAfter,
      onTick: (milliseconds) => metrics.gateTick.observe(milliseconds / 1000),
      onAlarm: (alarm) => {
        const event = alarmEvent(alarm);
        log.error({ ...alarm, reason: event.reason }, event.message);
        events.tell(event);
      },
    });
  const elector = new Elector({
    settings: {
      identity,
      pod: pod.name,
      startTimeout: options.appStartTimeout,
      timing,
      bootedAt: Date.now() - uptime(),
      ...(failsafe && { failsafe }),
    },
    leaseName: options.lease,
    api,
    lease: new LeaseClient(api, {
      namespace,
      name: options.lease,
      identity,
      leaseDuration: timing.leaseDuration,
      ...(failsafe && { failsafe }),
    }),
    ...(peerLink && { peers: peerLink }),
    gate:
      options.standby === 'cold'
        ? coldGate(options)
        : hotGate(options, { log, tell: (event) => events.tell(event) }),
    router,
    appCheck,
    clock: uptime,
    onNote: (note) => {
      if (note.what === 'serving') answeredAt.set(note.term, performance.now());
      report(note, { log, metrics, tell: (event) => events.tell(event), onOutcome });
    },
    onExit: () => {
      if (isEnding) return;
      isEnding = true;
      log.info('ends');
      void events.sent(LAST_EVENTS_MS).then(() => process.exit(0));
    },
  });
  const metrics = new Metrics({
    group: `${namespace}/${options.lease}`,
    state: () => elector.state,
    routedTerm: () => routedTerm,
    watches: (resource) => api.watches.count(resource),
    clock: uptime,
  });
  metrics.measureProcess();

  process.on('SIGTERM', () => elector.end());
  process.on('SIGINT', () => elector.end());
  elector.start(metrics, new AbortController().signal);
  serveControl(join(options.folder, 'control.sock'), () => elector.giveUp());
  serveAnswers(options.listen, {
    health: () => elector.health,
    leader: () => elector.leader,
    metrics: () => metrics.registry.metrics(),
    ...(peerLink && {
      promise: (question) => peerLink.answer(question),
    }),
  });
  log.info(
    { timing, standby, routing: options.slices.length > 0 ? 'endpoint-slice' : 'label' },
    'stands for election',
  );
}

/** Each member listens on the same port. */
function peersOf({ options, pod }: Elect, log: Logger): Peers | undefined {
  const { failsafe, lease, peers, listen } = options;
  if (failsafe === undefined) return undefined;
  return new Peers({
    group: `${pod.namespace}/${lease}`,
    pod: pod.name,
    members: peers,
    service: failsafe.service,
    port: listen.port,
    key: failsafe.key,
    clock: uptime,
    onChange: (peer, answer) => log.warn({ peer, answer }, 'asked for a promise, since renewals fail'),
  });
}

function hotGate(
  { folder, appCheck, onPromote, onDemote }: Extract<Elect['options'], HotOptions>,
  { log, tell }: Pick<Told, 'log' | 'tell'>,
): HotGate {
  const hooks = { ...(onPromote && { onPromote }), ...(onDemote && { onDemote }) };
  const onRefusal = (refusal: Refusal) => {
    const { hook, term, lasts } = refusal;
    const event = refusalEvent(refusal);
    log.warn(
      { hook: hooks[hook]?.href, term, lasts, reason: event?.reason },
      'a hook is called again until it answers with 2xx',
    );
    if (event) tell(event);
  };
  return new HotGate({
    deadline: new DeadlineFile(folder),
    application: new HttpApplication({ check: appCheck, ...hooks }),
    clock: kernelClock,
    onRefusal,
  });
}

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.command === 'elect') elect(command);
  else await ensureLease(command);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `cdk8s-ha-runtime: ${error instanceof UsageError ? 'wrong call\n' : ''}${String(error instanceof Error ? error.message : error)}\n`,
  );
  process.exit(error instanceof UsageError ? USAGE_STATUS : 1);
});
