import { createParamDecorator, HttpCode, RequestMapping, RequestMethod, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { OperationName } from '../../operations/vocabulary.js';
import type { Call, Each, LoginCall, PublicCall } from './call.js';
import type { EndpointShape } from './endpoint-shape.js';
import { readCall } from './read-call.js';

interface Declaration<P, Q, B> {
  readonly method: EndpointShape['method'];
  readonly path?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status?: EndpointShape['status'];
  readonly answer?: z.ZodType;
  readonly answerType?: string;
  readonly idempotent?: boolean;
  readonly summary: string;
  readonly description?: string;
}

type Fields = z.ZodType<object> | undefined;
type Of<S> = S extends z.ZodType ? z.output<S> : object;
type Handler<C> = (call: C) => Promise<unknown>;
type HandlerDecorator<C> = <M extends Handler<C>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/** A route of one operation. The compiler holds the schemas against the input that the method takes. */
export function Endpoint<P extends Fields = undefined, Q extends Fields = undefined, B extends Fields = undefined>(
  operation: OperationName,
  declaration: Declaration<P, Q, B>,
): HandlerDecorator<Call<Of<P> & Of<Q> & Of<B>>> {
  return route(shapeOf({ operation }, declaration, false));
}

/** A route that takes one input or `{"items": […]}`, with the path's fields in each. */
export function EachEndpoint<P extends Fields = undefined, B extends Fields = undefined>(
  operation: OperationName,
  declaration: Declaration<P, undefined, B>,
): HandlerDecorator<Call<Each<Of<P> & Of<B>>>> {
  return route(shapeOf({ operation }, declaration, true));
}

/** A route that answers without a token. */
export function PublicEndpoint<P extends Fields = undefined, Q extends Fields = undefined>(
  declaration: Declaration<P, Q, undefined>,
): HandlerDecorator<PublicCall<Of<P> & Of<Q>>> {
  return route(shapeOf('public', declaration, false));
}

/** A route that a person comes in by, with name, password and code in the body. The method authenticates. */
export function LoginEndpoint<B extends z.ZodType<object>>(
  operation: OperationName,
  declaration: Declaration<undefined, undefined, B>,
): HandlerDecorator<LoginCall<Of<B>>> {
  return route(shapeOf({ operation, inBody: true }, declaration, false));
}

type Unnamed = Omit<EndpointShape, 'id'>;

function shapeOf(
  access: EndpointShape['access'],
  declaration: Declaration<Fields, Fields, Fields>,
  each: boolean,
): Unnamed {
  return { path: '', status: 200, idempotent: false, ...declaration, access, each };
}

const ReadCall = createParamDecorator((endpoint: EndpointShape, context: ExecutionContext) => {
  const http = context.switchToHttp();
  return readCall(endpoint, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

function route(shape: Unnamed): HandlerDecorator<never> {
  const { method, path, access, status } = shape;
  return (target, key, descriptor) => {
    const controller = target.constructor.name.replace(/Controller$/, '');
    const endpoint: EndpointShape = {
      ...shape,
      id: `${controller.charAt(0).toLowerCase()}${controller.slice(1)}.${key}`,
    };
    RequestMapping({ method: RequestMethod[method], path })(target, key, descriptor);
    HttpCode(status)(target, key, descriptor);
    RouteConfig({ access, endpoint })(target, key, descriptor);
    ReadCall(endpoint)(target, key, 0);
  };
}
