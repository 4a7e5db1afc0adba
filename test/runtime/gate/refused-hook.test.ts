/** When people are told of a hook that is refused, and of what. */
import { refusalEvent } from '../../../runtime/gate/refused-hook';

it.each([
  ['onPromote', /^the application does not answer onPromote with 2xx: .* does not know that it leads$/],
  ['onDemote', /^the application does not answer onDemote with 2xx: .* does not stand for election$/],
] as const)('an Event tells of %s when it has been refused for a minute', (hook, message) => {
  expect(refusalEvent({ hook, term: 7, lasts: 59_999 })).toBeUndefined();
  expect(refusalEvent({ hook, term: 7, lasts: 60_000 })).toEqual({
    type: 'Warning',
    reason: 'HookRefused',
    message: expect.stringMatching(message) as unknown,
  });
});

it('the Event is the same each time, so that it does not crowd out others while none can be sent', () => {
  const told = [60_000, 120_000].map((lasts) => refusalEvent({ hook: 'onDemote', term: 7, lasts }));

  expect(told[0]).toEqual(told[1]);
});
