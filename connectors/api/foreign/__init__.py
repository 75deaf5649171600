"""The API of OpenText's Decision Service and of Flowable DMN: clients change their base address.

Sources: github.com/opentext/demo-contract-approval-app (postman, otresources) for /decision/v1,
github.com/flowable/flowable-engine (modules/flowable-dmn-rest) for /dmn-api.
"""
