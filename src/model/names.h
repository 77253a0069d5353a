// The field's names as types: what identifies a line's origin and where it goes.
#pragma once

#include "base/named.h"

namespace headgate {

using ClusterId = Named<struct ClusterIdTag>;      // the cluster an agent runs in, e.g. prod-eu-1
using Namespace = Named<struct NamespaceTag>;      // Kubernetes namespace
using Application = Named<struct ApplicationTag>;  // label `app` or what stands in for it
using PodName = Named<struct PodNameTag>;          //
using ContainerName = Named<struct ContainerNameTag>;
using NodeName = Named<struct NodeNameTag>;      // the Kubernetes node an agent runs on
using TenantId = Named<struct TenantIdTag>;      // whose logs these are
using BucketName = Named<struct BucketNameTag>;  // an S3 bucket
using ObjectKey =
    Named<struct ObjectKeyTag>;  // the full key of an object in a bucket, as stored (not URL-encoded)
using LogGroup = Named<struct LogGroupTag>;    // CloudWatch Logs group
using LogStream = Named<struct LogStreamTag>;  // CloudWatch Logs stream
using DestinationName =
    Named<struct DestinationNameTag>;          // a tenant's destination: "cloudwatch", "s3", "s3#audit"
using BatchPlan = Named<struct BatchPlanTag>;  // by what an object is cut into batches (deliver/batch_plan.h)
using LeaseOwner = Named<struct LeaseOwnerTag>;  // a worker, in the ledger

}  // namespace headgate
