/** The gate around the application: this side of docs/decisions/0002-runtime-contract.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import type { ContainerProps } from '../workload/container';
import type { Problem } from '../kube/problems';
import { Probe, type Probes } from '../workload/probe';
import type { PodVolume } from '../workload/volume';
import type { ElectionTiming } from './election-timing';
import { SHARED_FOLDER, SHARED_MOUNT } from './shared-folder';
import type { Standby } from './standby';

/** Where the gate is mounted. */
const GATE_FOLDER = '/opt/cdk8s-ha';

const GATE_FILE = 'gate.sh';

/** The file that runs the application while its pod leads. */
export function gateFiles(): Record<string, string> {
  return { [GATE_FILE]: readFileSync(join(__dirname, GATE_FILE), 'utf8') };
}

/** What the gate changes in the application's container: it runs the command while the pod leads, and asks its check. */
export function gated(
  { command = [], env = {}, mounts = [] }: Pick<ContainerProps, 'command' | 'env' | 'mounts'>,
  gate: PodVolume,
  timing: ElectionTiming,
  { check, stopSignal }: Pick<Standby, 'check' | 'stopSignal'>,
): Pick<ContainerProps, 'command' | 'env' | 'mounts'> {
  // Rounded down: later than told, it could be too late.
  const killAfter = Math.floor(timing.killAfter.toMilliseconds() / 10);
  const asked = check.kind === 'exec' ? ['--check', String(check.command.length), ...check.command] : [];
  return {
    command: ['/bin/sh', `${GATE_FOLDER}/${GATE_FILE}`, ...asked, ...command],
    env: {
      ...env,
      HA_DIR: SHARED_FOLDER,
      HA_KILL_AFTER: String(killAfter),
      ...(stopSignal !== 'SIGTERM' && { HA_STOP_SIGNAL: stopSignal }),
    },
    mounts: [
      ...mounts,
      { ...SHARED_MOUNT, readOnly: true },
      { volume: gate, path: GATE_FOLDER, readOnly: true },
    ],
  };
}

/** The elector's own liveness probe takes 15 s to end one that hangs; then it starts again. */
const ELECTOR_RESTART_SECONDS = 20;

/** What a start may take beyond its timeout, for the elector may be restarted meanwhile. */
const STARTUP_ROOM_SECONDS = 30;

/** The elector asks the application for 1.5 s. */
const LEAST_TIMEOUT_SECONDS = 2;

/** What is not set of a probe. */
const LIVENESS = { period: Duration.seconds(5), timeout: Duration.seconds(2), failureThreshold: 6 };
const READINESS = { ...LIVENESS, failureThreshold: 3 };
const STARTUP = { period: Duration.seconds(2), timeout: Duration.seconds(2) };

type GatedStandby = Pick<Standby, 'startTimeout' | 'probes'>;

/**
 * Probes of a gated application, asked through the elector. A start may take its whole timeout; afterwards the thresholds
 * outlast a restart of the elector.
 */
export function gatedProbes(port: number, { startTimeout, probes }: GatedStandby): Probes {
  const startup = withDefaults(probes.startup, STARTUP);
  const startPeriods = (seconds: number) => Math.ceil(seconds / Math.max(1, secondsOf(startup.period)));
  return {
    startup: Probe.http({
      port,
      path: '/app/startup',
      ...startup,
      failureThreshold: startPeriods(secondsOf(startTimeout)) + startPeriods(STARTUP_ROOM_SECONDS),
    }),
    liveness: Probe.http({ port, path: '/app/liveness', ...withDefaults(probes.liveness, LIVENESS) }),
    readiness: Probe.http({ port, path: '/app/readiness', ...withDefaults(probes.readiness, READINESS) }),
  };
}

/** What would end healthy members; Kubernetes' own ranges are the probes' own rules. */
export function gatedProbesProblems(property: string, { probes }: Pick<Standby, 'probes'>): Problem[] {
  const { period, failureThreshold } = withDefaults(probes.liveness, LIVENESS);
  const lasts = (failureThreshold - 1) * secondsOf(period);
  const least = Math.ceil(ELECTOR_RESTART_SECONDS / Math.max(1, secondsOf(period))) + 1;
  const tooSoon = {
    property: `${property}.liveness.failureThreshold`,
    value: failureThreshold,
    rule:
      `an elector that is restarted does not answer for up to ${ELECTOR_RESTART_SECONDS} s, and after ${lasts} s a ` +
      'healthy standby would be ended for it',
    remedy: `use at least ${least}, or a longer period`,
  };
  return [
    ...(lasts < ELECTOR_RESTART_SECONDS ? [tooSoon] : []),
    ...timeoutProblems(`${property}.liveness.timeout`, probes.liveness?.timeout),
    ...timeoutProblems(`${property}.readiness.timeout`, probes.readiness?.timeout),
  ];
}

function timeoutProblems(property: string, timeout = LIVENESS.timeout): Problem[] {
  if (secondsOf(timeout) >= LEAST_TIMEOUT_SECONDS) return [];
  return [
    {
      property,
      value: timeout.toHumanString(),
      rule: 'the elector asks the application for up to 1.5 s before it answers',
      remedy: `use at least Duration.seconds(${LEAST_TIMEOUT_SECONDS})`,
    },
  ];
}

/** A value that is given as undefined is not given. */
function withDefaults<T extends object>(given: Partial<T> = {}, defaults: T): T {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}

function secondsOf(duration: Duration): number {
  return duration.toMilliseconds() / 1000;
}
