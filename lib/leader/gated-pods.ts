/** The gate around the application: this side of docs/decisions/0002-runtime-contract.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { type Problem, inProps, unless } from '../kube/problems';
import { ConfigFiles } from '../workload/config-files';
import type { ContainerProps } from '../workload/container';
import { Probe, type Probes } from '../workload/probe';
import type { ElectionTiming } from './election-timing';
import { SHARED_FOLDER, SHARED_MOUNT } from './shared-folder';
import type { Standby } from './standby';

/** Where the gate is mounted. */
const GATE_FOLDER = '/opt/cdk8s-ha';

const GATE_FILE = 'gate.sh';

/** The file that runs the application of a group while its pod leads. */
export function gateFiles(group: string): ConfigFiles {
  const files = { [GATE_FILE]: readFileSync(join(__dirname, GATE_FILE), 'utf8') };
  return new ConfigFiles('gate', { configMapName: `${group}-gate`, files });
}

/** What the gate changes in the application's container: it runs the command while the pod leads, and asks its check. */
export function gated(
  { command = [], env = {}, mounts = [] }: Pick<ContainerProps, 'command' | 'env' | 'mounts'>,
  gate: ConfigFiles,
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

/** Problems of a cold standby's probes: what would end healthy members. Kubernetes' ranges are the probes' own rules. */
export function gatedProbesProblems({ probes }: Pick<Standby, 'probes'>): Problem[] {
  const { period, failureThreshold } = withDefaults(probes.liveness, LIVENESS);
  const lasts = (failureThreshold - 1) * secondsOf(period);
  const least = Math.ceil(ELECTOR_RESTART_SECONDS / Math.max(1, secondsOf(period))) + 1;
  const liveness = {
    failureThreshold: unless(
      lasts >= ELECTOR_RESTART_SECONDS,
      failureThreshold,
      `an elector that is restarted does not answer for up to ${ELECTOR_RESTART_SECONDS} s, and after ${lasts} s a ` +
        'healthy standby would be ended for it',
      `use at least ${least}, or a longer period`,
    ),
    timeout: timeoutProblems(withDefaults(probes.liveness, LIVENESS)),
  };
  const readiness = { timeout: timeoutProblems(withDefaults(probes.readiness, READINESS)) };
  return inProps({ liveness: inProps(liveness), readiness: inProps(readiness) });
}

function timeoutProblems({ timeout }: { readonly timeout: Duration }): Problem[] {
  return unless(
    secondsOf(timeout) >= LEAST_TIMEOUT_SECONDS,
    timeout.toHumanString(),
    'the elector asks the application for up to 1.5 s before it answers',
    `use at least Duration.seconds(${LEAST_TIMEOUT_SECONDS})`,
  );
}

/** A value that is given as undefined is not given. */
function withDefaults<T extends object>(given: Partial<T> = {}, defaults: T): T {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}

function secondsOf(duration: Duration): number {
  return duration.toMilliseconds() / 1000;
}
