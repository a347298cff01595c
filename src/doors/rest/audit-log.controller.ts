import { Controller, Inject } from '@nestjs/common';
import { Kms } from '../../operations/kms.js';
import {
  readCheckpoint,
  readConsistency,
  readLogTile,
  readMinimumIndex,
  readProof,
  readRecord,
  readState,
  readVkey,
  type CheckpointInput,
  type ConsistencyInput,
  type ProofInput,
  type RecordInput,
} from '../../operations/audit/read-log.js';
import type { PageInput } from '../../operations/paging.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { minimumAnswer } from './schemas/audit-settings.js';
import { PAGE, pageOf } from './schemas/paging.js';
import {
  checkpointQuery,
  consistencyAnswer,
  consistencyQuery,
  IN_RECORD,
  IN_TILE,
  IN_TILE_2,
  IN_TILE_3,
  IN_TILE_4,
  proofQuery,
  rowMarkAnswer,
} from './schemas/audit-log.js';

interface TilePlace {
  readonly level: string;
  readonly a: string;
  readonly b?: string;
  readonly c?: string;
  readonly d?: string;
}

const TEXT = 'text/plain';
const BYTES = 'application/octet-stream';
const TILE = {
  method: 'GET',
  answerType: BYTES,
  summary: 'A tile of the log, or a bundle of its records',
  description: 'As C2SP tlog-tiles names them: `0/x001/x234/067`, `entries/000.p/17`.',
} as const;

@Controller(`${API}/audit`)
export class AuditLogController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'log/checkpoint',
    query: checkpointQuery,
    answerType: TEXT,
    summary: 'The newest checkpoint of the log',
    description: 'Signed, over every record written before; a C2SP tlog-checkpoint.',
  })
  async checkpoint(call: Call<CheckpointInput>) {
    void call.reply.type(TEXT).header('cache-control', 'no-store');
    return use(this.kms, readCheckpoint, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'log/vkey',
    answerType: TEXT,
    summary: 'The key that verifies checkpoints',
    description: 'With the origin of the log. Compare it with what the operators gave you by another way.',
  })
  async vkey(call: Call<object>) {
    void call.reply.type(TEXT);
    return use(this.kms, readVkey, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'log/consistency',
    query: consistencyQuery,
    answer: consistencyAnswer,
    summary: 'A proof that the log only grew',
  })
  async consistency(call: Call<ConsistencyInput>) {
    return use(this.kms, readConsistency, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'log/minimum',
    answer: minimumAnswer,
    summary: 'The minimum index of the log',
    description: 'The records before it were dropped as the retention policy says; their hashes and proofs are there.',
  })
  async minimum(call: Call<object>) {
    return use(this.kms, readMinimumIndex, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'state',
    query: PAGE,
    answer: pageOf(rowMarkAnswer),
    summary: 'The rows that decide, as the tables have them',
    description: 'With the revision and the tag of each: the records of the log say which they must be.',
  })
  async state(call: Call<PageInput>) {
    return use(this.kms, readState, call);
  }

  @Endpoint('audit.read', { ...TILE, path: 'log/tile/:level/:a', params: IN_TILE })
  async tile(call: Call<TilePlace>) {
    return this.#tile(call);
  }

  @Endpoint('audit.read', { ...TILE, path: 'log/tile/:level/:a/:b', params: IN_TILE_2 })
  async tile2(call: Call<TilePlace>) {
    return this.#tile(call);
  }

  @Endpoint('audit.read', { ...TILE, path: 'log/tile/:level/:a/:b/:c', params: IN_TILE_3 })
  async tile3(call: Call<TilePlace>) {
    return this.#tile(call);
  }

  @Endpoint('audit.read', { ...TILE, path: 'log/tile/:level/:a/:b/:c/:d', params: IN_TILE_4 })
  async tile4(call: Call<TilePlace>) {
    return this.#tile(call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'records/:index',
    params: IN_RECORD,
    answerType: 'application/json',
    summary: 'One record, byte for byte as it is in the log',
  })
  async record(call: Call<RecordInput>) {
    void call.reply.type('application/json');
    return use(this.kms, readRecord, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'records/:index/proof',
    params: IN_RECORD,
    query: proofQuery,
    answerType: TEXT,
    summary: 'A proof that a record is in the log',
    description: 'With a checkpoint, as a file of its own; a C2SP tlog-proof.',
  })
  async proof(call: Call<ProofInput>) {
    void call.reply.type(TEXT);
    return use(this.kms, readProof, call);
  }

  async #tile({ input, ...call }: Call<TilePlace>): Promise<Buffer> {
    const { level, a, b, c, d } = input;
    const path = [level, a, b, c, d].filter((one) => one !== undefined).join('/');
    void call.reply.type(BYTES);
    return use(this.kms, readLogTile, { ...call, input: { path } });
  }
}
