/**
 * The engine's protobuf messages. They are CommonJS whose exports Node cannot see by name, so they are taken from the
 * default export here, once. The root of `@pulumi/pulumi` must never be imported by a provider: it costs half a second.
 */
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";

export const { Any } = anyProto;
export const { Empty } = emptyProto;
export const { Struct } = structProto;
export const { EngineClient, EngineService } = engineServices;
export const { LogRequest, LogSeverity } = engine;
export const { PluginAttach, PluginInfo } = plugin;
export const { ResourceProviderClient, ResourceProviderService } = providerServices;
export const { CheckFailure, CheckResponse, ConfigureResponse, CreateResponse, DiffResponse } = provider;
export const { ErrorResourceInitFailed, PropertyDiff, ReadResponse, UpdateResponse } = provider;
export const { CheckRequest, ConfigureRequest, CreateRequest, DeleteRequest } = provider;
export const { DiffRequest, InvokeRequest, ReadRequest, UpdateRequest } = provider;
export const { Status } = status;
