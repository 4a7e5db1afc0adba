/** Whether the application answers. */
import { get } from 'node:http';
import { connect } from 'node:net';

/** @returns whether `http://…` answers with 2xx, or `tcp://…` takes a connection, within the timeout in milliseconds */
export function answers(url: URL, timeout: number): Promise<boolean> {
  return url.protocol === 'tcp:' ? takesConnection(url, timeout) : answersWell(url, timeout);
}

function takesConnection({ hostname, port }: URL, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout });
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
