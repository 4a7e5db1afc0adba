/** What people are told about routing: by the log, and by Events of this pod. */
import type { KubeEvent } from '../kubernetes/events';

export type Notice =
  /** The slice said what its leader had not written, or that a greater term had written it, which nobody leads in. */
  | { readonly what: 'slice taken back'; readonly slice: string; readonly was: string }
  /** A pod said the latter. */
  | { readonly what: 'label taken back'; readonly pod: string; readonly was: string }
  /** Again and again. */
  | { readonly what: 'routing fails' | 'labelling fails'; readonly why: string };

export function eventOfNotice(notice: Notice): KubeEvent {
  switch (notice.what) {
    case 'slice taken back':
      return warning(
        'SliceTakenBack',
        `EndpointSlice ${notice.slice} said ${notice.was}: somebody edited it, or it came from a backup`,
      );
    case 'label taken back':
      return warning(
        'LabelTakenBack',
        `Pod ${notice.pod} said ${notice.was}, which nobody leads in: somebody edited it, or it came from a backup`,
      );
    case 'routing fails':
      return warning('RoutingFailed', `clients cannot be led to the leader: ${notice.why}`);
    case 'labelling fails':
      return warning('LabellingFailed', `the pods' role labels cannot be written: ${notice.why}`);
  }
}

function warning(reason: string, message: string): KubeEvent {
  return { type: 'Warning', reason, message };
}
