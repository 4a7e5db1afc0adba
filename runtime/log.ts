/** Structured logs on standard output, one JSON object a line. */
import { type Logger, pino } from 'pino';

export type { Logger };

export function createLogger(fields: Readonly<Record<string, string>>): Logger {
  return pino({
    base: fields,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
}
