/** Outages as bars on a logarithmic axis of time: the bar ends at the median, the line at the longest. */
import { CASES } from './failover/cases';
import { SUBJECTS } from './failover/subjects';
import type { FailoverRow } from './results';
import { duration } from './table';

const LEFT = 300;
const WIDTH = 860;
const RIGHT = WIDTH - 80;
const TOP = 48;
const BAR = 14;
const ROW = 22;
const TITLE = 30;
const COLOURS = ['#1b6ca8', '#6fb1de', '#c05a1c', '#e5a15f'];

/** Powers of ten of a millisecond. */
const FROM = 1;
const TO = 5;

const TICKS = [10, 100, 1000, 10_000, 100_000];

export function plotFailover(rows: readonly FailoverRow[]): string {
  const panels = CASES.filter(({ name }) => rows.some((row) => row.case === name));
  const parts: string[] = [];
  let y = TOP;
  for (const { name, shows } of panels) {
    parts.push(text(16, y + 18, shows, 'font-weight="bold"'));
    y += TITLE;
    for (const [index, subject] of SUBJECTS.entries()) {
      const row = rows.find((one) => one.case === name && one.subject === subject.name);
      if (row === undefined) continue;
      parts.push(bar(row, subject.shows, y, COLOURS[index] ?? '#000'));
      y += ROW;
    }
  }
  return document(y + 16, [...axis(y), ...parts]);
}

function bar({ p50Ms, maxMs }: FailoverRow, label: string, y: number, colour: string): string {
  const [end, longest, middle] = [x(p50Ms), x(maxMs), y + BAR / 2];
  return [
    text(LEFT - 10, y + 11, label, 'text-anchor="end"'),
    `<rect x="${LEFT}" y="${y}" width="${fixed(end - LEFT)}" height="${BAR}" fill="${colour}"/>`,
    `<path d="M${fixed(end)} ${middle}H${fixed(longest)}M${fixed(longest)} ${y + 2}v${BAR - 4}" stroke="${colour}" stroke-width="2"/>`,
    text(longest + 6, y + 11, duration(p50Ms)),
  ].join('\n');
}

function axis(bottom: number): string[] {
  return TICKS.flatMap((tick) => [
    `<path d="M${fixed(x(tick))} ${TOP - 8}V${bottom}" stroke="#ddd"/>`,
    text(x(tick), TOP - 14, duration(tick), 'text-anchor="middle" fill="#666"'),
  ]);
}

function document(height: number, parts: readonly string[]): string {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function text(at: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${fixed(at)}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped}</text>`;
}

function x(milliseconds: number): number {
  const share = (Math.log10(milliseconds) - FROM) / (TO - FROM);
  return LEFT + (RIGHT - LEFT) * Math.min(1, Math.max(0, share));
}

function fixed(value: number): string {
  return value.toFixed(1);
}
