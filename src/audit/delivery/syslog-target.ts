import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PlacedEntry, RecordTarget } from './record-target.js';

const PATIENCE_MS = 5000;
/** Facility 13, log audit; severity 6, informational, or 4, warning. RFC 5424, section 6.2.1. */
const PRIORITY = { success: 13 * 8 + 6, other: 13 * 8 + 4 } as const;

/** RFC 5424 over TCP, or TLS (RFC 5425), framed by octet counting (RFC 6587, section 3.4.1). @throws Error */
export function syslogTarget(address: string): RecordTarget {
  const { protocol, hostname, port } = new URL(address);
  const isTls = protocol === 'syslog+tls:';
  if ((!isTls && protocol !== 'syslog+tcp:') || hostname === '' || port === '') {
    throw new Error(`'${address}' is no syslog server: give syslog+tcp://host:port or syslog+tls://host:port`);
  }
  let open: Socket | undefined;
  return {
    name: `${protocol}//${hostname}:${port}`,
    async send(records) {
      const socket = open && !open.destroyed ? open : await connected(isTls, hostname, Number(port));
      open = socket;
      await written(socket, Buffer.concat(records.map(frameOf)));
    },
  };
}

/** One message in its frame. */
export function frameOf({ index, entry }: PlacedEntry): Buffer {
  const { at, node, requestId, outcome } = JSON.parse(entry.toString('utf8')) as Readonly<Record<string, string>>;
  const priority = outcome === 'success' ? PRIORITY.success : PRIORITY.other;
  const head = `<${priority}>1 ${at} ${word(node)} keystead - ${word(requestId)} [audit@32473 index="${index}"] `;
  const message = Buffer.concat([Buffer.from(head), entry]);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** A field of the header: printable ASCII without spaces, of limited length. RFC 5424, section 6. */
function word(text: string | undefined): string {
  return (text ?? '').replaceAll(/[^\x21-\x7e]/g, '').slice(0, 32) || '-';
}

function connected(isTls: boolean, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ host, port, servername: host }) : connectPlain({ host, port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('it did not answer in time')));
    socket.once('error', reject);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject);
      // Told by the next write.
      socket.on('error', () => undefined);
      socket.setTimeout(0);
      socket.unref();
      resolve(socket);
    });
    socket.resume();
  });
}

function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error('it took nothing in time')), PATIENCE_MS);
    socket.write(bytes, (error) => {
      clearTimeout(timer);
      if (error) fail(error);
      else resolve();
    });
  });
}
