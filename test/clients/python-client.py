"""Uses a gateway with the Python SDK's client and prints what came of it as one JSON object."""

import asyncio
import json
import sys

import mcp_types as types
from mcp import Client


async def sample(context, params):
    said = types.TextContent(type="text", text="said so")
    return types.CreateMessageResult(role="assistant", model="test-model", content=said)


async def fill_in(context, params):
    if params.mode == "url":
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content={"username": "ada", "email": "a@b.c"})


async def roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///srv/py", name="py")])


async def use(url):
    log, progress = [], []
    logged = asyncio.Event()

    async def hear(params):
        log.append(params.data)
        logged.set()

    async def follow(done, total, message):
        progress.append(done)

    async with Client(
        url,
        sampling_callback=sample,
        elicitation_callback=fill_in,
        list_roots_callback=roots,
        logging_callback=hear,
    ) as client:

        async def call(name, **arguments):
            result = await client.call_tool(name, arguments)
            return "".join(block.text for block in result.content if block.type == "text")

        facts = {
            "version": client.protocol_version,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "prompts": [prompt.name for prompt in (await client.list_prompts()).prompts],
            "http": await call("http_test_simple_text"),
            "stdio": await call("stdio_get-sum", a=2, b=3),
            "sampled": await call("http_test_sampling", prompt="?"),
            "elicited": await call("http_test_elicitation", message="Who?"),
            "roots": await call("stdio_get-roots-list"),
            "prompt": str(await client.get_prompt("stdio_args-prompt", {"city": "Oslo"})),
            "resource": str(await client.read_resource("test://static-text")),
        }
        await client.call_tool(
            "stdio_trigger-long-running-operation",
            {"duration": 0.2, "steps": 4},
            progress_callback=follow,
        )
        await call("http_test_tool_with_logging")
        await logged.wait()
        begun = asyncio.Event()

        async def begin(done, total, message):
            begun.set()

        cancelled = asyncio.create_task(
            client.call_tool(
                "stdio_trigger-long-running-operation",
                {"duration": 20, "steps": 200},
                progress_callback=begin,
            )
        )
        await begun.wait()
        cancelled.cancel()
        facts["cancelled"] = isinstance(
            (await asyncio.gather(cancelled, return_exceptions=True))[0], asyncio.CancelledError
        )
        facts["after"] = await call("stdio_echo", message="still here")
        return facts | {"log": log, "progress": progress}


print(json.dumps(asyncio.run(use(sys.argv[1]))))
