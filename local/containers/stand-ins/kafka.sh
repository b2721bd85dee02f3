# As apache/kafka does: the storage is formatted before the first start.
set -euo pipefail
properties=/mnt/shared/config/server.properties
java -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format --ignore-formatted --cluster-id "$CLUSTER_ID" --config "$properties"
# shellcheck disable=SC2086 # several options in one variable
exec java ${KAFKA_HEAP_OPTS:-} -XX:+UseSerialGC -cp '/opt/kafka/libs/*' kafka.Kafka "$properties"
