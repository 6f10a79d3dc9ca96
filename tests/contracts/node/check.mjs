// Tells what AsyncAPI's own parser finds wrong with a document; nothing where it is right. `node check.mjs FILE`
import { Parser, fromFile } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const wrong = diagnostics.filter((each) => each.severity <= 1);
for (const { message, path } of wrong) console.log(`${path.join("/")}: ${message}`);
if (wrong.length === 0) console.log(`right: ${document.channels().all().length} channels, ${document.allMessages().all().length} messages`);
process.exit(wrong.length === 0 ? 0 : 1);
