/** Waiting: until when, and what is said when it was in vain. */
import { eventually } from '../../../cluster/wait';

test('what was seen when the condition held', async () => {
  const look = jest.fn().mockResolvedValueOnce(1).mockResolvedValue(2);

  const seen = await eventually('two or more', { look, until: (count: number) => count > 1 });

  expect(seen).toBe(2);
});

test('a look that fails counts as not yet', async () => {
  const look = jest.fn().mockRejectedValueOnce(new Error('no answer')).mockResolvedValue('yes');

  const seen = await eventually('an answer', { look, until: () => true });

  expect(seen).toBe('yes');
});

test('after the limit it says what was awaited and what was seen last', async () => {
  const waiting = eventually('a master', {
    look: () => Promise.resolve({ pods: 2 }),
    until: () => false,
    limitMs: 0,
  });

  await expect(waiting).rejects.toThrow('not so after 0 s: a master\nlast seen: {"pods":2}');
});

test('or only the part of it that is shown', async () => {
  const look = () => Promise.resolve({ pods: 2, rest: 'much' });
  const waiting = eventually('a master', { look, until: () => false, show: ({ pods }) => pods, limitMs: 0 });

  await expect(waiting).rejects.toThrow('last seen: 2');
});

test('or why it could not be looked at', async () => {
  const waiting = eventually('a master', {
    look: () => Promise.reject(new Error('no answer')),
    until: () => true,
    limitMs: 0,
  });

  await expect(waiting).rejects.toThrow('last seen: Error: no answer');
});
