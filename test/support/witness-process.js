import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * A small witness as a process of its own, written against the text of https://c2sp.org/tlog-witness and
 * https://c2sp.org/tlog-cosignature, with none of Keystead's code. It is sent `{ name, seed, vkey, state }` once (its own name and the 32 bytes of its
 * key in hex, the log's verifier key, the file that it persists to), listens, and says so with its port and its own verifier key. Each request is
 * told as `{ old, size, status }`.
 */
process.once('message', ({ name, seed, vkey, state }) => {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const typed = Buffer.concat([Buffer.of(4), raw]);
  const keyId = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4);
  const log = readLogKey(vkey);

  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const { status, type = 'text/plain', text = '', ...told } = answerTo(request, body);
      response.writeHead(status, { 'content-type': type }).end(text);
      process.send({ status, ...told });
    });
  }).listen(0, '127.0.0.1', () => {
    process.send({ port: server.address().port, vkey: `${name}+${keyId.toString('hex')}+${typed.toString('base64')}` });
  });

  function answerTo({ method, url }, body) {
    if (method !== 'POST' || url !== '/w/add-checkpoint') return { status: 404 };
    const blank = body.indexOf('\n\n');
    const [first = '', ...hashes] = body.slice(0, blank).split('\n');
    const checkpoint = body.slice(blank + 2);
    const signatures = checkpoint.indexOf('\n\n') + 2;
    const text = checkpoint.slice(0, signatures - 1);
    const [origin, sizeLine, root] = text.split('\n');
    const old = Number(/^old (0|[1-9]\d*)$/.exec(first)?.[1] ?? NaN);
    const size = Number(sizeLine);
    const told = { old, size };
    if (Number.isNaN(old) || hashes.length > 63) return { status: 400, ...told };
    if (origin !== log.name) return { status: 404, ...told };
    if (!isSigned(text, checkpoint.slice(signatures))) return { status: 403, ...told };
    if (old > size) return { status: 400, ...told };
    const last = existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : { size: 0, root: '' };
    if (old !== last.size) return { status: 409, type: 'text/x.tlog.size', text: `${last.size}\n`, ...told };
    if (old === size && root !== last.root) return { status: 409, ...told };
    const isGrown = old === size || old === 0 ? hashes.length === 0 : isConsistent(old, size, hashes, last.root, root);
    if (!isGrown) return { status: 422, ...told };
    writeFileSync(`${state}.new`, JSON.stringify({ size, root }), { flush: true });
    renameSync(`${state}.new`, state);
    const time = Math.floor(Date.now() / 1000);
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key);
    const line = `\u2014 ${name} ${Buffer.concat([keyId, stamp, signature]).toString('base64')}\n`;
    return { status: 200, text: line, ...told };
  }

  function isSigned(text, lines) {
    return lines.split('\n').some((line) => {
      const [dash, signer, encoded = ''] = line.split(' ');
      const bytes = Buffer.from(encoded, 'base64');
      const isOfLog = dash === '\u2014' && signer === log.name && bytes.subarray(0, 4).toString('hex') === log.id;
      return isOfLog && verify(null, Buffer.from(text), log.key, bytes.subarray(4));
    });
  }
});

function readLogKey(vkey) {
  const [name, id, ...rest] = vkey.split('+');
  const raw = Buffer.from(rest.join('+'), 'base64').subarray(1);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  return { name, id, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

/** RFC 6962, section 2.1. */
function node(left, right) {
  return sha256(Buffer.concat([Buffer.of(1), left, right]));
}

/** By the definition of RFC 6962, section 2.1.2: SUBPROOF is followed from the top, and makes both roots. */
function isConsistent(m, n, encoded, oldRoot, newRoot) {
  const proof = encoded.map((hash) => Buffer.from(hash, 'base64'));
  const known = Buffer.from(oldRoot, 'base64');
  // The deepest comes first: each hash is taken on the way back up.
  const subproof = (from, to, isWhole) => {
    if (from === to) {
      const hash = isWhole ? known : proof.shift();
      return [hash, hash];
    }
    let half = 1;
    while (half * 2 < to) half *= 2;
    if (from <= half) {
      const [before, after] = subproof(from, half, isWhole);
      return [before, node(after, proof.shift())];
    }
    const [before, after] = subproof(from - half, to - half, false);
    const left = proof.shift();
    return [node(left, before), node(left, after)];
  };
  try {
    const [before, after] = subproof(m, n, true);
    return proof.length === 0 && before.equals(known) && after.equals(Buffer.from(newRoot, 'base64'));
  } catch {
    return false;
  }
}
