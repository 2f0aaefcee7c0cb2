// How letters leave, as the configuration has it: over SMTP, or into a folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../shared/failure.ts';
import type { CentralConfig } from './config.ts';
import { folderMailer, type Mailer, smtpMailer } from './mail/mailer.ts';

type MailConfig = Pick<
  CentralConfig, 'smtpUrl' | 'smtpPasswordFile' | 'mailFrom' | 'mailFolder' | 'insecure' | 'dataDir' | 'registration'
>;

/** `say` tells the people at the screen where letters go. Throws `Failure('bad-configuration')`. */
export function openMailer(config: MailConfig, say: (text: string) => void): Mailer {
  const { smtpUrl: url, smtpPasswordFile, mailFrom: from, mailFolder, insecure, dataDir, registration } = config;
  if (url !== null) {
    const password = smtpPasswordFile === null ? null : firstLine(smtpPasswordFile);
    return smtpMailer({ url, password, from, insecure });
  }
  if (smtpPasswordFile !== null) throw new Failure('bad-configuration', '--smtp-password-file needs --smtp-url');
  const folder = mailFolder ?? join(dataDir, 'mail');
  if (registration === 'open') say(`No --smtp-url is set: letters are written to files in ${folder}.`);
  return folderMailer({ folder, from });
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (cause) {
    throw new Failure('bad-configuration', `the file of --smtp-password-file cannot be read: ${file}`, cause);
  }
}
