/** A recorded history as lines for people: enough to understand a failure from a log. */
import { ROLE } from '../../../../cluster/processes/elector-command';
import { TERM_ANNOTATION } from '../../../../lib/leader/term';
import type { Change, History, Remark } from './history';
import type { Schedule } from './schedule';

export function report(schedule: Schedule, violations: readonly string[], history: History): string {
  const { steps, ...group } = schedule;
  return [
    `\n== Seed ${schedule.seed}: what is not as it should be:`,
    ...violations.map((violation) => `  ${violation}`),
    `Again: FAULTS_SEED=${schedule.seed} FAULTS_SCHEDULES=1 npm run test:faults`,
    `The group: ${JSON.stringify(group)}`,
    'Its schedule:',
    ...steps.map(({ at, fault }) => `  ${at} ms: ${JSON.stringify(fault)}`),
    'What happened (ms of uptime):',
    ...timeline(history).map(({ at, text }) => `  ${at} ${text}`),
    '',
  ].join('\n');
}

function timeline({ changes, runs, refusals, hindrances, remarks }: History): readonly Remark[] {
  const told = [
    ...remarks,
    ...withoutRenewals(changes).map((change) => ({ at: change.at, text: show(change) })),
    ...runs.flatMap(({ pod, term, first, last }) => [
      { at: first, text: `${pod} APPLICATION BEGINS TO LEAD, token ${term}` },
      { at: last, text: `${pod} APPLICATION LED LAST, token ${term}` },
    ]),
    ...refusals.map(({ pod, term, at }) => ({
      at,
      text: `${pod} APPLICATION REFUSES TO LEAD, token ${term}`,
    })),
    ...hindrances.map(({ pod, of, from, to }) => ({ at: from, text: `${pod} HINDERED: ${of}, until ${to}` })),
  ];
  return told.sort((a, b) => a.at - b.at);
}

/** They are most of the changes, and say nothing. */
function withoutRenewals(changes: readonly Change[]): readonly Change[] {
  let before = '';
  return changes.filter((change) => {
    if (change.kind !== 'Lease') return true;
    const { renewTime, ...spec } = change.object.spec ?? {};
    const now = JSON.stringify([change.type, renewTime === undefined, spec]);
    const isSame = now === before;
    before = now;
    return !isSame;
  });
}

function show({ kind, type, version, object, byHand }: Change): string {
  const { metadata, spec, endpoints } = object;
  const says = {
    Lease: JSON.stringify({ ...spec, ...metadata.annotations }),
    EndpointSlice: `term ${metadata.annotations?.[TERM_ANNOTATION]} to ${endpoints?.map(({ addresses }) => addresses.join()).join(' and ')}`,
    Pod: `term ${metadata.annotations?.[TERM_ANNOTATION]} ${metadata.labels?.[ROLE.label]}`,
  }[kind];
  return `${metadata.name} ${kind} ${type} ${version}${byHand ? ' BY HAND' : ''}: ${says}`;
}
