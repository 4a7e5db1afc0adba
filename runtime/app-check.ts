/** Whether the application answers, and whether it is still there. */
import { get } from 'node:http';
import { connect } from 'node:net';

/** Where the application is asked; `gate`: by its gate, which tells when it has answered. */
export type AppCheck = URL | 'gate';

const HTTP_PORT = 80;

/** @returns whether `http://…` answers with 2xx, or `tcp://…` takes a connection, within the timeout in milliseconds */
export function answers(url: URL, timeout: number): Promise<boolean> {
  return url.protocol === 'tcp:' ? takesConnection(url, timeout) : answersWell(url, timeout);
}

/** @returns true as soon as an idle connection ends or cannot be made; false after so many milliseconds */
export function connectionEnd(url: URL, limit: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(targetOf(url));
    const end = (result: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    // After a time in which this process hung, timers come first: an end that has come meanwhile is heard before this one.
    const timer = setTimeout(() => setImmediate(() => end(false)), limit);
    socket.once('end', () => end(true));
    socket.once('close', () => end(true));
    socket.on('error', () => end(true));
    socket.resume();
  });
}

/** A URL leaves out the port that its scheme has by itself, and puts an IPv6 address into brackets. */
function targetOf({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? HTTP_PORT : Number(port) };
}

function takesConnection(url: URL, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...targetOf(url), timeout });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function answersWell(url: URL, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout }, ({ statusCode = 0 }) => {
      end(statusCode >= 200 && statusCode < 300);
    });
    const timer = setTimeout(() => end(false), timeout);
    const end = (result: boolean) => {
      clearTimeout(timer);
      asked.destroy();
      resolve(result);
    };
    asked.once('error', () => end(false));
  });
}
