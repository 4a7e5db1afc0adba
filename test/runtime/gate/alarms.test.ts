/** The Events of a gate that cannot be relied on. */
import { alarmEvent } from '../../../runtime/gate/alarms';
import type { Alarm } from '../../../runtime/gate/gate';

it.each<readonly [Alarm, string, string]>([
  [{ what: 'clocks-differ', by: -300_040 }, 'ClocksDiffer', "is -300.0 s from the elector's"],
  [{ what: 'fence-late', by: 1260 }, 'FenceLate', '1.3 s passed between two looks at the deadline'],
  [{ what: 'gate-silent' }, 'GateSilent', 'heartbeats have stopped'],
])('of %j is a warning that says so', (alarm, reason, message) => {
  const event = alarmEvent(alarm);

  expect(event).toMatchObject({ type: 'Warning', reason });
  expect(event.message).toContain(message);
});
