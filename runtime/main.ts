/**
 * The leader-election runtime: `elect` makes one member of a group lead, `ensure-lease` creates a Lease.
 *
 * What it guarantees, and what not, is said at the top of `election/machine.ts`, `routing/slice.ts` and
 * `routing/roles.ts`; what it expects of the pod in docs/decisions/0002-runtime-contract.md.
 */
import { join } from 'node:path';
import { Elector } from './elector';
import type { Note } from './election/state';
import { FifoGate } from './gate/fifo-gate';
import { HotGate } from './gate/hot-gate';
import { serveAnswers, serveControl } from './http-interface';
import { Api } from './kubernetes/api';
import { type KubeEvent, tell } from './kubernetes/events';
import { LeaseClient } from './kubernetes/lease';
import { type Logger, createLogger } from './log';
import { Metrics } from './metrics';
import { type Command, type HotOptions, UsageError, readCommand } from './options';
import { RoleLabels } from './routing/roles';
import { Router } from './routing/router';
import { SliceRoute } from './routing/slice';
import { uptime } from './uptime';

/** For `ensure-lease`, which runs before anything else and is retried by the kubelet. */
const ENSURE_TIMEOUT_MS = 10_000;

/** The call was wrong: trying again is no use. */
const USAGE_STATUS = 2;

type Elect = Extract<Command, { command: 'elect' }>;
type EnsureLease = Extract<Command, { command: 'ensure-lease' }>;

async function ensureLease({ options, pod, api: server }: EnsureLease): Promise<void> {
  const api = new Api({ ...server, credentials: options.credentials });
  const { lease: name, leaseDuration } = options;
  const lease = new LeaseClient(api, { namespace: pod.namespace, name, identity: '', leaseDuration });
  await lease.ensure(ENSURE_TIMEOUT_MS);
}

function elect(command: Elect): void {
  const { options, pod } = command;
  const { namespace } = pod;
  const log = createLogger({ pod: pod.name, lease: options.lease });
  const api = new Api({ ...command.api, credentials: options.credentials });
  const identity = `${pod.name}_${pod.uid}`;
  const { timing, standby, role, appCheck } = options;
  const subject = { ...pod };

  const answeredAt = new Map<number, number>();
  const router = new Router({
    api,
    pod: pod.name,
    ...(options.slice && { slice: new SliceRoute(api, { ...options.slice, namespace, pod }) }),
    roles: new RoleLabels(api, { namespace, pod: pod.name, uid: pod.uid, peers: options.peers, ...role }),
    onRouted: (term) => {
      const seconds = (performance.now() - (answeredAt.get(term) ?? performance.now())) / 1000;
      metrics.routing.observe(seconds);
      log.info({ term, seconds }, 'clients are led here');
    },
    onDeletion: () => {
      // Another may lead before this one's end. One behind a gate has its pod's grace period to end in.
      if (standby === 'hot') elector.leave();
    },
  });
  const elector = new Elector({
    settings: { identity, pod: pod.name, startTimeout: options.appStartTimeout, timing },
    leaseName: options.lease,
    api,
    lease: new LeaseClient(api, {
      namespace,
      name: options.lease,
      identity,
      leaseDuration: timing.leaseDuration,
    }),
    gate: options.standby === 'cold' ? new FifoGate(options.folder) : hotGate(options, log),
    router,
    appCheck,
    isLeader: (labels) => labels[role.label] === role.leader,
    clock: uptime,
    onNote: (note) => {
      if (note.what === 'serving') answeredAt.set(note.term, performance.now());
      report(note, { log, metrics });
      const event = eventOf(note);
      if (event) void tell(api, subject, event);
    },
    onExit: () => {
      log.info('ends');
      process.exit(0);
    },
  });
  const metrics = new Metrics(() => elector.state, uptime);

  process.on('SIGTERM', () => elector.end());
  process.on('SIGINT', () => elector.end());
  elector.start(metrics, new AbortController().signal);
  serveControl(join(options.folder, 'control.sock'), () => elector.giveUp());
  serveAnswers(options.listen, {
    health: () => elector.health,
    leader: () => elector.leader,
    metrics: () => metrics.registry.metrics(),
  });
  log.info({ timing, standby, routing: options.slice ? 'endpoint-slice' : 'label' }, 'stands for election');
}

function hotGate(
  { folder, appCheck, onPromote, onDemote }: Extract<Elect['options'], HotOptions>,
  log: Logger,
): HotGate {
  const onRefusal = (hook: URL, term: number) => {
    log.warn({ hook: hook.href, term }, 'a hook is called again until it answers with 2xx');
  };
  const hooks = { ...(onPromote && { onPromote }), ...(onDemote && { onDemote }) };
  return new HotGate({ folder, check: appCheck, ...hooks, clock: uptime, onRefusal });
}

function report(note: Note, { log, metrics }: { log: Logger; metrics: Metrics }): void {
  const { what, ...fields } = note;
  const reason = note.what === 'lost' ? note.why : '';
  if ('term' in note) metrics.transitions.inc({ to: what, reason });
  log[isBad(note) ? 'warn' : 'info'](fields, what);
}

function isBad(note: Note): boolean {
  return (
    ['start-timed-out', 'edit-refused'].includes(note.what) ||
    (note.what === 'lost' && note.why !== 'application stopped')
  );
}

/** For people; what happens in between is in the log. */
function eventOf(note: Note): KubeEvent | undefined {
  switch (note.what) {
    case 'serving':
      return { type: 'Normal', reason: 'LeaderServing', message: `leads with token ${note.term}` };
    case 'lost':
      return {
        type: isBad(note) ? 'Warning' : 'Normal',
        reason: 'LeaderLost',
        message: `leads no more: ${note.why} (token ${note.term})`,
      };
    case 'start-timed-out':
      return { type: 'Warning', reason: 'StartTimedOut', message: 'the application did not answer in time' };
    case 'retimed':
      return {
        type: 'Normal',
        reason: 'LeaseEdited',
        message: `the Lease lasts ${note.seconds} s from now on`,
      };
    case 'edit-refused':
      return {
        type: 'Warning',
        reason: 'LeaseEditRefused',
        message: `a Lease of ${note.seconds} s leaves no time to stop the application`,
      };
    default:
      return undefined;
  }
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
