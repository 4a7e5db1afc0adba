/** What people are told when a gate cannot be relied on. */
import type { KubeEvent } from '../kubernetes/events';
import type { Alarm } from './gate';

export function alarmEvent(alarm: Alarm): KubeEvent {
  switch (alarm.what) {
    case 'clocks-differ':
      return {
        type: 'Warning',
        reason: 'ClocksDiffer',
        message:
          `/proc/uptime in the application's container is ${secondsOf(alarm.by)} ` +
          "from the elector's: nothing runs here until both show the kernel's own (lxcfs, time namespaces)",
      };
    case 'fence-late':
      return {
        type: 'Warning',
        reason: 'FenceLate',
        message:
          `${secondsOf(alarm.by)} passed between two looks at the deadline, more than the election allows for: ` +
          'give the application more CPU, or the election longer times',
      };
    case 'gate-silent':
      return {
        type: 'Warning',
        reason: 'GateSilent',
        message: "the gate's heartbeats have stopped: the kubelet will end its container",
      };
  }
}

function secondsOf(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
