/** The file by which an elector lets the gate run its application. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeadlineFile } from '../../../runtime/gate/deadline-file';

const DEADLINE = { until: 12_340, term: 7, gate: '500' };

let folder: string;
let path: string;
let file: DeadlineFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deadline-file-test-'));
  path = join(folder, 'deadline');
  file = new DeadlineFile(folder);
});

afterEach(() => rmSync(folder, { recursive: true }));

it('has centiseconds, rounded down, the term and the gate, in a whole line', () => {
  file.write({ ...DEADLINE, until: 12_349.9 });

  expect(readFileSync(path, 'utf8')).toBe('1234 7 500\n');
  expect(file.read()).toEqual(DEADLINE);
});

it('is never half written: whoever has opened it reads on what was there', () => {
  file.write(DEADLINE);
  const opened = openSync(path, 'r');
  file.write({ ...DEADLINE, until: 99_990 });

  expect(readFileSync(opened, 'utf8')).toBe('1234 7 500\n');
  closeSync(opened);
  expect(file.read()).toEqual({ ...DEADLINE, until: 99_990 });
});

it.each(['', '1234 7', '1234 7 500', '1234 7 500\nmore', '-1 7 500\n', '1234 x 500\n'])(
  'is none when it says %j, which no elector writes',
  (text) => {
    writeFileSync(path, text);

    expect(file.read()).toBeUndefined();
  },
);

it('is none before it is written, and after it is removed, also twice', () => {
  expect(file.read()).toBeUndefined();
  file.write(DEADLINE);
  file.remove();
  file.remove();

  expect(existsSync(path)).toBe(false);
  expect(file.read()).toBeUndefined();
});
