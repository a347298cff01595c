import type { FastifyReply } from 'fastify';
import type { Approach, Arrival } from '../../operations/arrival.js';

/** A request that was read: what is asked for, by whom, and where the answer goes. */
export interface Call<Input> {
  /** The fields of path, query and body together, in the types of the operation. */
  readonly input: Input;
  readonly arrival: Arrival;
  readonly reply: FastifyReply;
}

/** A request of a route that needs no token. */
export interface PublicCall<Input> {
  readonly input: Input;
  readonly reply: FastifyReply;
}

/** A request that brings its credential in the body. */
export interface LoginCall<Input> {
  readonly input: Input;
  /** To be completed with what the body presents. */
  readonly approach: Approach;
  readonly reply: FastifyReply;
}

/** One input, or the items of a batch. */
export type Each<Input> = { readonly one: Input } | { readonly many: readonly Input[] };
