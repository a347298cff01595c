import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient, type CreateKeyCommandInput } from '@aws-sdk/client-kms';
import type { Server } from './server.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a first start on the embedded database leaves for AWS clients. */
export async function awsEnvironment(server: Server): Promise<Record<string, string>> {
  const text = await readFile(join(server.dataDir, 'tokens.env'), 'utf8');
  const lines = [...text.matchAll(/^export (AWS_\w+)='(.*)'$/gm)];
  const settings = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
  server.planted.addFrom(settings);
  return settings;
}

/** The real client of the AWS SDK. @param credentials default: the root principal's of the first start */
export async function awsClient(
  server: Server,
  credentials?: AwsCredentials,
  region = 'us-east-1',
): Promise<KMSClient> {
  return new KMSClient({
    endpoint: server.url,
    region,
    credentials: credentials ?? (await rootCredentials(server)),
    maxAttempts: 1,
  });
}

/** @returns its id */
export async function makeAwsKey(kms: KMSClient, input: CreateKeyCommandInput = {}): Promise<string> {
  return (await kms.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
}

async function rootCredentials(server: Server): Promise<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = await awsEnvironment(server);
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
}
