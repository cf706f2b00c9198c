import { z } from "zod";
import * as field from "./fields.ts";

const page = z
  .strictObject({
    kind: z
      .literal("pagerduty")
      .describe("PagerDuty's Events API v2; the secret `alert-page-key` is its routing key."),
  })
  .describe("Who is woken by SEV1 and SEV2 alerts. If omitted, nobody is.");
const chat = z
  .strictObject({
    kind: z
      .literal("slack")
      .describe("An incoming webhook of Slack or a compatible service: the secret `alert-chat-url`."),
  })
  .describe("Where every alert is posted. If omitted, no chat alerts.");
const heartbeat = z
  .strictObject({
    kind: z
      .literal("webhook")
      .describe("A webhook that is called every minute: the secret `alert-heartbeat-url`."),
  })
  .describe(
    "A service elsewhere that raises the alarm when the calls stop, since alerting itself is then down. If omitted, nobody is told.",
  );
const mail = z
  .strictObject({
    server: field.registry.describe("The SMTP server that sends the mail; it must offer STARTTLS."),
    from: field.mailAddress.describe("The sender's address."),
    to: field.mailAddress.describe("The recipient's address."),
    user: field.mailAddress.describe("Who logs in to the server, with the secret `alert-mail-password`."),
  })
  .describe("Mail for SEV3 alerts. If omitted, none is sent.");

/** Who is told of alerts. */
export const monitoring = z
  .strictObject({
    page: page.optional(),
    chat: chat.optional(),
    mail: mail.optional(),
    heartbeat: heartbeat.optional(),
    runbooks: field.page
      .describe(
        "Where `docs/runbooks` is published, such as `https://git.example.com/kaleem/blob/main/docs/runbooks`: what alerts tell then links there. If omitted, they name the file in this repository.",
      )
      .optional(),
  })
  .default({})
  .describe("Where alerts go. Alertmanager shows them in any case.");
