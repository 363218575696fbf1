#!/bin/sh
# $KUBECONFIG is where it may write.
# A stand-in for minikube: says what it was asked, and plays a profile whose cluster is the one of $STAND_IN_CLUSTER.
echo "$@" >> "$STAND_IN/asked"
shift 2 # --profile NAME
case "$1 $2" in
"status --output")
  if [ -e "$STAND_IN/runs" ]; then
    echo '{"Name":"lab","Host":"Running","Kubelet":"Running","APIServer":"Running"}'
  else
    echo '* Profile "lab" not found.' >&2
    exit 85
  fi
  ;;
"start "*)
  if [ -e "$STAND_IN/broken" ]; then
    echo '{"type":"io.k8s.sigs.minikube.step","data":{"name":"Initial Minikube Setup"}}'
    echo '{"type":"io.k8s.sigs.minikube.error","data":{"message":"the driver is out of luck"}}'
    exit 80
  fi
  echo '{"type":"io.k8s.sigs.minikube.step","data":{"name":"Initial Minikube Setup"}}'
  echo '{"type":"io.k8s.sigs.minikube.step","data":{"name":"Starting Node"}}'
  [ -n "$STAND_IN_CLUSTER" ] && cp "$STAND_IN_CLUSTER" "$KUBECONFIG"
  touch "$STAND_IN/runs"
  ;;
"image load") ;;
*) exit 64 ;;
esac
