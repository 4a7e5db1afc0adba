module cdk8s-ha/bench/app

go 1.25
