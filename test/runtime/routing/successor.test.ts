/** Who should lead next. */
import { podOf } from '../../../runtime/routing/roles';
import { successorOf } from '../../../runtime/routing/successor';

interface Traits {
  readonly revision?: string;
  readonly made?: number;
  readonly ready?: string;
  readonly isLeaving?: boolean;
}

function pod(name: string, { revision, made = 0, ready = 'True', isLeaving = false }: Traits = {}) {
  return podOf({
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: new Date(1_000_000 * made).toISOString(),
      ...(isLeaving && { deletionTimestamp: '2026-11-21T07:20:00Z' }),
      labels: revision === undefined ? null : { 'controller-revision-hash': revision },
    },
    status: {
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: ready },
      ],
    },
  });
}

const OLD = { revision: 'old', made: 1 };
const NEW = { revision: 'new', made: 2 };

it.each([
  ['the lowest ordinal of equals', [pod('app-2'), pod('app-1'), pod('app-10')], 'app-1'],
  ['an ordinal as a number', [pod('app-10'), pod('app-9')], 'app-9'],
  ['the newest revision before the ordinal', [pod('app-1', OLD), pod('app-2', NEW)], 'app-2'],
  [
    'the revision of the newest pod, which may be the leaver itself',
    [pod('app-0', NEW), pod('app-1', OLD), pod('app-2', { ...NEW, made: 1 })],
    'app-2',
  ],
  [
    'an old one, when no other is ready',
    [pod('app-1', OLD), pod('app-2', { ...NEW, ready: 'False' })],
    'app-1',
  ],
  ['one that does not leave', [pod('app-1', { isLeaving: true }), pod('app-2')], 'app-2'],
  [
    'the lowest ordinal when no revision is known',
    [pod('app-1', { made: 1 }), pod('app-2', { made: 2 })],
    'app-1',
  ],
  ['nobody, when it is alone', [pod('app-0')], undefined],
  ['nobody, when no other is ready', [pod('app-0'), pod('app-1', { ready: 'Unknown' })], undefined],
  ['nobody of nobody', [], undefined],
])('is %s', (_, pods, expected) => {
  expect(successorOf(pods, 'app-0')).toBe(expected);
});

it('is nobody whose state is not known', () => {
  const { metadata } = pod('app-1');

  expect(successorOf([podOf({ metadata }), podOf({ metadata, status: {} })], 'app-0')).toBeUndefined();
});
